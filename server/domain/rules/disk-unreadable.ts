import { said } from '../../../protocol/said/said.ts';
import { namesOfPool, poolReads } from '../pools.ts';
import { type Reading, readValue } from '../reading.ts';
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
      reads: [metric],
      sharedReads: poolReads(schema),
      signal(reading) {
        const value = readable(reading);
        if (value === null) return null;
        return value === 0 && toldBy(reading) === null ? 'raise' : 'clear';
      },
      said: (reading) =>
        said('disk.unreadable', { mountpoint, forMs: unreadable.forMs, sharers: failed(reading).slice(1) }),
      recovery(reading) {
        const other = toldBy(reading);
        return other === null ? null : said('disk.shares-pool', { mountpoint, teller: other });
      },
      evidence: () => ({ metrics: [metric], threshold: null }),
    };
  });
