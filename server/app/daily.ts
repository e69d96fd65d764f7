import { schedule } from 'node-cron';
import type { Logger } from 'pino';
import type { DailyTask } from '../features/feature.ts';

/** At night in the server's own time zone, and not on the hour, when every other machine does the same. */
const AT = '17 3 * * *';

/** Runs the tasks once a day, one after the other; what one of them throws is logged and tried again the next day. */
export function startDaily(
  tasks: readonly DailyTask[],
  logger: Logger,
  certainNow: () => number | null,
): { stop(): Promise<void> } {
  const job = schedule(AT, () => runDaily(tasks, logger, certainNow), { noOverlap: true, name: 'daily' });
  return {
    async stop() {
      await job.destroy();
    },
  };
}

export async function runDaily(
  tasks: readonly DailyTask[],
  logger: Logger,
  certainNow: () => number | null,
): Promise<void> {
  for (const task of tasks) {
    try {
      logger.info({ task: task.name, ...(await runTask(task, certainNow())) }, 'daily task done');
    } catch (cause) {
      logger.error({ err: cause, task: task.name }, 'daily task failed; it is tried again tomorrow');
    }
  }
}

async function runTask(task: DailyTask, certainNow: number | null): Promise<Record<string, unknown>> {
  if ('run' in task) return task.run(certainNow);
  return certainNow === null ? { waits: 'the time of day is not certain' } : task.remove(certainNow);
}
