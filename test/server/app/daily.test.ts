import { pino } from 'pino';
import t from 'tap';
import { runDaily, startDaily } from '../../../server/app/daily.ts';

t.test('a task that fails does not keep the others from running', async (t) => {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
  const fails = {
    name: 'fails',
    run: async () => {
      throw new Error('no disk');
    },
  };
  await runDaily([fails, { name: 'works', run: async () => ({ pruned: 3 }) }], logger);
  t.match(lines, [
    { level: 50, task: 'fails', err: { message: 'no disk' } },
    { level: 30, task: 'works', pruned: 3 },
  ]);
});

t.test('the schedule is one that the library accepts, and ends', async (t) => {
  await t.resolves(startDaily([], pino({ level: 'silent' })).stop());
});
