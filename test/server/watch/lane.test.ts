import t from 'tap';
import { asSender, currentSender } from '../../../server/platform/fairness/sender.ts';
import { Lane } from '../../../server/watch/lane.ts';

t.test('tasks run one after the other, in order, and a fault is its own caller’s', async (t) => {
  const lane = new Lane(10);
  const seen: string[] = [];
  const task = (name: string, fault?: Error) => async () => {
    seen.push(`${name} begins`);
    await new Promise(setImmediate);
    seen.push(`${name} ends`);
    if (fault) throw fault;
    return name;
  };
  const [a, b, c] = [lane.run(task('a')), lane.run(task('b', new Error('b failed'))), lane.run(task('c'))];
  t.equal(lane.length, 3);
  t.equal(await a, 'a');
  await t.rejects(b, { message: 'b failed' });
  t.equal(await c, 'c');
  t.same(seen, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  t.equal(lane.length, 0);
});

t.test('a full lane refuses, except those who may not be refused', async (t) => {
  const lane = new Lane(2);
  const gate = Promise.withResolvers<void>();
  const waiting = [lane.run(() => gate.promise), lane.run(() => gate.promise)];
  await t.rejects(
    lane.run(async () => 1),
    { code: 'overloaded', message: 'Too many changes wait to be written. Retry in a moment.' },
  );
  const always = lane.runAlways(async () => 2);
  t.equal(lane.length, 3);
  t.equal(lane.limit, 2);
  let isIdle = false;
  const idle = lane.idle().then(() => {
    isIdle = true;
  });
  await new Promise(setImmediate);
  t.equal(isIdle, false);
  gate.resolve();
  t.equal(await always, 2);
  await idle;
  await Promise.all(waiting);
  t.equal(await lane.run(async () => 3), 3);
});

t.test('who asks for much does not make the others wait, and is the one who is refused', async (t) => {
  const lane = new Lane(100);
  const done: string[] = [];
  const gate = Promise.withResolvers<void>();
  const first = lane.runAlways(() => gate.promise);
  const ask = (sender: string, what: string) =>
    asSender(sender, () =>
      lane.run(async () => {
        t.equal(currentSender(), 'server', 'at the database it counts as the server’s own');
        done.push(what);
      }),
    );
  await new Promise(setImmediate);
  const loud = Array.from({ length: 25 }, (_, n) => ask('loud', `loud ${n}`));
  await t.rejects(ask('loud', 'one more'), { code: 'overloaded' }, 'a quarter is for one');
  const judge = lane.runAlways(async () => void done.push('judge'));
  const other = ask('other', 'other');
  gate.resolve();
  await Promise.all([first, other, judge]);
  t.ok(done.length <= 4, `after ${done.length - 2} of the 25 that came before`);
  await Promise.all(loud);
  t.same(
    done.filter((what) => what.startsWith('loud')),
    Array.from({ length: 25 }, (_, n) => `loud ${n}`),
    'each keeps its order',
  );
  t.equal(lane.length, 0);
});
