import { isolated } from '../../../protocol/bidi.ts';
import { namesOfPool, poolReads, sharedAmong } from '../pools.ts';
import { type Reading, readValue } from '../reading.ts';
import { formatDuration } from '../wording.ts';
import { type Condition, metricIn, type ReportRule } from './condition.ts';

/** A file system that does not answer, or answers with a fault of its own: whoever uses it hangs or fails with it. */
export const diskUnreadable: ReportRule = (schema, { unreadable }) =>
  (schema.instances.get('fs.readable') ?? []).map((mountpoint): Condition => {
    const metric = `fs.readable[${mountpoint}]`;
    const readable = metricIn(schema, metric);
    // A pool that was lost takes all that lies in it along: the first of them tells.
    const failed = (reading: Reading): readonly string[] =>
      namesOfPool(reading, mountpoint).filter((name) => readValue(reading, `fs.readable[${name}]`) === 0);
    const toldBy = (reading: Reading): string | null => {
      const [first] = failed(reading);
      return first === undefined || first === mountpoint ? null : first;
    };
    return {
      rule: 'disk.unreadable',
      object: mountpoint,
      priority: 'high',
      timing: unreadable,
      standing: false,
      reads: [metric, ...poolReads(schema)],
      signal(reading) {
        const value = readable(reading);
        if (value === null) return null;
        return value === 0 && toldBy(reading) === null ? 'raise' : 'clear';
      },
      sentence: (reading) =>
        `${isolated(mountpoint)} cannot be read: it has not answered, or only with an error, for ${formatDuration(unreadable.forMs)}. What uses it hangs or fails${sharedAmong(failed(reading).slice(1))}`,
      recovery(reading) {
        const other = toldBy(reading);
        return other === null
          ? null
          : `${isolated(mountpoint)} is of one pool with ${isolated(other)}, with which it is told from now on`;
      },
      evidence: () => ({ metrics: [metric], threshold: null }),
    };
  });
