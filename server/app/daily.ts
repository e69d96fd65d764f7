import { schedule } from 'node-cron';
import type { Logger } from 'pino';

/** One piece of housekeeping. Returns what it did as fields for the log. */
export interface DailyTask {
  readonly name: string;
  run(): Promise<Record<string, unknown>>;
}

/** Removes what is old, by `now`: while that is null nobody can say what time it is, and nothing is. */
export function removing(
  name: string,
  now: () => number | null,
  remove: (now: number) => Promise<Record<string, unknown>>,
): DailyTask {
  return {
    name,
    async run() {
      const at = now();
      return at === null ? { waits: 'the time of day is not certain' } : remove(at);
    },
  };
}

/** At night in the server's own time zone, and not on the hour, when every other machine does the same. */
const AT = '17 3 * * *';

/** Runs the tasks once a day, one after the other; what one of them throws is logged and tried again the next day. */
export function startDaily(tasks: readonly DailyTask[], logger: Logger): { stop(): Promise<void> } {
  const job = schedule(AT, () => runDaily(tasks, logger), { noOverlap: true, name: 'daily' });
  return {
    async stop() {
      await job.destroy();
    },
  };
}

export async function runDaily(tasks: readonly DailyTask[], logger: Logger): Promise<void> {
  for (const task of tasks) {
    try {
      logger.info({ task: task.name, ...(await task.run()) }, 'daily task done');
    } catch (cause) {
      logger.error({ err: cause, task: task.name }, 'daily task failed; it is tried again tomorrow');
    }
  }
}
