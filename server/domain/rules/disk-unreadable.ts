import { formatDuration } from '../wording.ts';
import { type Condition, metricIn, type ReportRule } from './condition.ts';

/** A file system that does not answer, or answers with a fault of its own: whoever uses it hangs or fails with it. */
export const diskUnreadable: ReportRule = (schema, { unreadable }) =>
  (schema.instances.get('fs.readable') ?? []).map((mountpoint): Condition => {
    const metric = `fs.readable[${mountpoint}]`;
    const readable = metricIn(schema, metric);
    return {
      rule: 'disk.unreadable',
      object: mountpoint,
      priority: 'high',
      timing: unreadable,
      standing: false,
      reads: [metric],
      signal(reading) {
        const value = readable(reading);
        return value === null ? null : value === 0 ? 'raise' : 'clear';
      },
      sentence: () =>
        `${mountpoint} cannot be read: it has not answered, or only with an error, for ${formatDuration(unreadable.forMs)}. What uses it hangs or fails`,
      evidence: () => ({ metrics: [metric], threshold: null }),
    };
  });
