import { pino } from 'pino';
import t from 'tap';
import { runDaily, startDaily } from '../../../server/app/daily.ts';
import type { DailyTask } from '../../../server/features/feature.ts';

t.test('a task that fails does not keep the others from running', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const fails = {
    name: 'fails',
    run: async () => {
      throw new Error('no disk');
    },
  };
  await runDaily([fails, { name: 'works', run: async () => ({ pruned: 3 }) }], logger, () => 0);
  t.match(lines, [
    { level: 50, task: 'fails', err: { message: 'no disk' } },
    { level: 30, task: 'works', pruned: 3 },
  ]);
});

t.test('nothing is removed while nobody can say what time it is', async (t) => {
  const removed: number[] = [];
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const task: DailyTask = { name: 'old', remove: async (at) => ({ pruned: removed.push(at) }) };
  await runDaily([task], logger, () => null);
  t.match(lines, [{ task: 'old', waits: /time of day/ }]);
  t.same(removed, []);
  await runDaily([task], logger, () => 7);
  t.match(lines[1], { task: 'old', pruned: 1 });
  t.same(removed, [7]);
});

t.test('the schedule is one that the library accepts, and ends', async (t) => {
  await t.resolves(startDaily([], pino({ level: 'silent' }), () => 0).stop());
});
