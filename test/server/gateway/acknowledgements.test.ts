import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { AckFrame } from '../../../protocol/frame.ts';
import { AckPace } from '../../../server/gateway/acknowledgements.ts';
import { until } from '../../support/until.ts';

/** A link at a pace, and what it was told, as `run: from-to from-to`. */
function linkAt(pace: AckPace) {
  const told: string[] = [];
  const acks = pace.join(({ run, ranges }: AckFrame) => {
    told.push(`${run}: ${ranges.map(([from, to]) => `${from}-${to}`).join(' ')}`);
  });
  return { acks, told };
}

/** So long that only what cannot wait is sent. */
const NEVER_MS = 1e6;

/** Stops the intervals until the test lets them go on; the answer lets so many pass, and what they began end. */
function stopIntervals(t: Test) {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  return async (ms: number) => {
    mock.timers.tick(ms);
    await nextTurn();
  };
}

t.test('a new link is told at once, then once in a while', async (t) => {
  const pass = stopIntervals(t);
  const pace = new AckPace(40_000);
  const { acks, told } = linkAt(pace);
  acks.add(0, 1, false);
  t.same(told, [], 'not while a commit is being told');
  await nextTurn();
  t.same(told, ['0: 1-1']);
  for (let sequence = 2; sequence <= 5; sequence += 1) acks.add(0, sequence, false);
  await nextTurn();
  t.equal(told.length, 1);
  await pass(999);
  t.equal(told.length, 1, 'not before its moment');
  await pass(1);
  t.same(told, ['0: 1-1', '0: 2-5']);
  for (let round = 0; round < 3; round += 1) await pass(40_000);
  t.equal(told.length, 2, 'nothing is said twice');
});

t.test('a link that goes on is told once in each round', async (t) => {
  const { acks, told } = linkAt(new AckPace(300));
  const startedAtMs = performance.now();
  let sequence = 0;
  const steady = setInterval(() => {
    sequence += 1;
    acks.add(0, sequence, false);
  }, 20);
  t.teardown(() => clearInterval(steady));
  // A turn of a busy machine may take as long as three moments: of the intervals that it misses, none is made up for.
  await until('forty reports, and a round', () => sequence >= 40 && told.length >= 2);
  clearInterval(steady);
  // A round has 40 moments, and timers count whole milliseconds: 7 for 7.5.
  const rounds = (performance.now() - startedAtMs) / 280;
  t.ok(told.length <= rounds + 2, `${told.length} times in ${rounds.toFixed(1)} rounds`);
  await until('the last one', () => told.at(-1)?.endsWith(`-${sequence}`));
});

t.test('what may still find a ping to go with waits for it', async (t) => {
  const pass = stopIntervals(t);
  const { acks, told } = linkAt(new AckPace(40_000, 60_000));
  acks.add(0, 1, false);
  await nextTurn();
  told.length = 0;
  acks.add(0, 2, false);
  for (let round = 0; round < 3; round += 1) await pass(40_000);
  t.same(told, [], 'by the clock it waits for a moment only, whatever timers say');
  t.same(acks.take(), [{ type: 'ack', run: 0, ranges: [[2, 2]] }]);
  t.same(acks.take(), []);
  const quick = linkAt(new AckPace(400, 100));
  quick.acks.flush();
  quick.acks.add(0, 1, true);
  await nextTurn();
  quick.acks.add(0, 2, false);
  for (let moment = 0; moment < 40; moment += 1) await pass(10);
  t.same(quick.told, ['0: 1-1'], 'not before it is ripe');
  quick.acks.sinceMs -= 100;
  for (let moment = 0; moment < 40; moment += 1) await pass(10);
  t.same(quick.told, ['0: 1-1', '0: 2-2'], 'then at its moment');
});

t.test('what cannot wait does not', async (t) => {
  const { acks, told } = linkAt(new AckPace(NEVER_MS));
  acks.add(0, 1, false);
  await nextTurn();
  acks.add(0, 2, false);
  acks.add(1, 7, true);
  await nextTurn();
  t.same(told.splice(0), ['0: 1-1', '0: 2-2', '1: 7-7'], 'a report of the backlog, and with it what waits');
  for (let sequence = 3; sequence < 3 + 63; sequence += 1) acks.add(0, sequence, false);
  await nextTurn();
  t.same(told, [], '63 wait');
  acks.add(0, 66, false);
  await nextTurn();
  t.same(told, ['0: 3-66'], '64 do not');
});

t.test('sequences become ranges, of each run apart', async (t) => {
  const f = (sequences: readonly (readonly [run: number, sequence: number])[], want: readonly string[]) => {
    const { acks, told } = linkAt(new AckPace(NEVER_MS));
    for (const [run, sequence] of sequences) acks.add(run, sequence, false);
    acks.flush();
    t.same(told, want);
  };
  f([], []);
  f([[0, 5]], ['0: 5-5']);
  f(
    [
      [0, 1],
      [0, 2],
      [0, 3],
    ],
    ['0: 1-3'],
  );
  f(
    [
      [0, 1],
      [0, 3],
      [0, 2],
    ],
    ['0: 1-2 3-3'],
  );
  f(
    [
      [0, 100],
      [0, 5],
      [0, 101],
      [0, 6],
    ],
    ['0: 100-101 5-6'],
  );
  f(
    [
      [0, 100],
      [3, 5],
      [0, 101],
      [3, 6],
    ],
    ['0: 100-101', '3: 5-6'],
  );
  f(
    [
      [0, 1],
      [0, 1],
    ],
    ['0: 1-1 1-1'],
  );
});

t.test('no acknowledgement has more ranges than an agent reads', async (t) => {
  const lengths: number[] = [];
  const acks = new AckPace(NEVER_MS).join(({ ranges }) => lengths.push(ranges.length));
  for (let n = 0; n < 2_500; n += 1) acks.add(0, 2 * n, false);
  await nextTurn();
  t.same(lengths, [1_024, 1_024, 452]);
});

t.test('many links are told in turns', async (t) => {
  const pace = new AckPace(NEVER_MS);
  let told = 0;
  const links = Array.from({ length: 300 }, () => pace.join(() => (told += 1)));
  for (const acks of links) acks.add(0, 1, false);
  const perTurn: number[] = [];
  while (told < 300) {
    const before = told;
    await nextTurn();
    perTurn.push(told - before);
  }
  t.ok(perTurn.length >= 3 && Math.max(...perTurn) <= 128, perTurn.join(' '));
});

t.test('moments are spread over the round', async (t) => {
  const pass = stopIntervals(t);
  const pace = new AckPace(80_000);
  let told = 0;
  const links = Array.from({ length: 80 }, () => pace.join(() => (told += 1)));
  for (const acks of links) {
    acks.add(0, 1, false);
    acks.flush();
    acks.add(0, 2, false);
  }
  t.equal(told, 80);
  const perMoment: number[] = [];
  for (let moment = 0; moment < 40; moment += 1) {
    const before = told;
    await pass(2_000);
    perMoment.push(told - before);
  }
  t.same(perMoment, new Array(40).fill(2));
});

t.test('a link that is no more is told nothing', async (t) => {
  const { acks, told } = linkAt(new AckPace(40));
  const other = linkAt(new AckPace(40));
  acks.add(0, 1, false);
  acks.drop();
  acks.flush();
  other.acks.add(0, 1, false);
  other.acks.flush();
  other.acks.add(0, 2, false);
  await until('another', () => other.told.length === 2);
  t.same(told, []);
});
