import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { startTicking } from '../../../server/watch/ticking.ts';

/** A watch on a clock of its own, some of whose devices fall due at these moments, in order. */
function setUp(t: Test, ...dues: number[]) {
  mock.timers.enable({ apis: ['setInterval', 'setTimeout'] });
  t.teardown(() => mock.timers.reset());
  let now = 0;
  const judged: string[] = [];
  const judge = async (what: string): Promise<void> => {
    judged.push(`${what} ${now}`);
    while ((dues[0] ?? Number.POSITIVE_INFINITY) <= now) dues.shift();
  };
  const watch = {
    tick: () => judge('tick'),
    judgeDue: () => judge('due'),
    get dueInMs() {
      return (dues[0] ?? Number.POSITIVE_INFINITY) - now;
    },
  };
  const errors: unknown[] = [];
  const stop = startTicking(watch, (cause) => errors.push(cause));
  t.teardown(stop);
  const until = async (end: number): Promise<void> => {
    while (now < end) {
      now += 1;
      mock.timers.tick(1);
      if (now % 50 < 2) await nextTurn();
    }
  };
  return { judged, until, stop, watch, errors };
}

t.test('once a second, and when somebody falls due', async (t) => {
  const { judged, until } = setUp(t, 2_300);
  await until(4_000);
  t.same(judged, ['tick 1000', 'tick 2000', 'due 2301', 'tick 3000', 'tick 4000']);
});

t.test('those who fall due one after the other are judged together', async (t) => {
  const { judged, until } = setUp(t, 1_500, 1_510);
  await until(2_000);
  t.same(judged, ['tick 1000', 'due 1501', 'due 1601', 'tick 2000']);
});

t.test('who was heard of meanwhile costs one look', async (t) => {
  const { judged, until } = setUp(t, 1_250, 13_000);
  await until(3_000);
  t.same(judged, ['tick 1000', 'due 1251', 'tick 2000', 'tick 3000']);
});

t.test('nothing after the end, and an error is told', async (t) => {
  const { judged, until, stop, watch, errors } = setUp(t, 2_300);
  await until(1_001);
  watch.tick = () => Promise.reject(new Error('no'));
  await until(2_050);
  t.equal(errors.length, 1);
  stop();
  await until(5_000);
  t.same(judged, ['tick 1000']);
});
