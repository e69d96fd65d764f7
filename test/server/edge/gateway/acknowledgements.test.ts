import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import t, { type Test } from 'tap';
import type { AckFrame } from '../../../../protocol/wire/frame.ts';
import { AckPace } from '../../../../server/edge/gateway/acknowledgements.ts';
import { until } from '../../../support/until.ts';

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

/** Stops the intervals and the clock; `pass` lets so much time pass, and what it began end. */
function stopTime(t: Test, gatherMs: number) {
  mock.timers.enable({ apis: ['setInterval'] });
  t.teardown(() => mock.timers.reset());
  let nowMs = 12_345.678;
  const pace = new AckPace(gatherMs, () => nowMs);
  const pass = async (ms: number, stepMs = gatherMs / 160) => {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      nowMs += Math.min(stepMs, leftMs);
      mock.timers.tick(Math.min(stepMs, leftMs));
      await nextTurn();
    }
  };
  return { pace, pass, now: () => nowMs };
}

t.test('a new link is told at once, then once in a while', async (t) => {
  const { pace, pass } = stopTime(t, 40_000);
  const { acks, told } = linkAt(pace);
  acks.add(0, 1, false);
  t.same(told, [], 'not while a commit is being told');
  await nextTurn();
  t.same(told, ['0: 1-1']);
  for (let sequence = 2; sequence <= 5; sequence += 1) acks.add(0, sequence, false);
  await nextTurn();
  t.equal(told.length, 1);
  await pass(28_000);
  t.equal(told.length, 1, 'a ping may still take them along');
  await pass(12_000);
  t.same(told, ['0: 1-1', '0: 2-5']);
  for (let round = 0; round < 3; round += 1) await pass(40_000);
  t.equal(told.length, 2, 'nothing is said twice');
});

t.test('nothing waits longer than a round, whenever it comes and at whatever pace', async (t) => {
  const ROUND_MS = 9_500;
  const { pace, pass, now } = stopTime(t, ROUND_MS);
  for (const everyMs of [97, 250, 1_000, 4_990, 5_000, 5_010, 9_490, 10_000]) {
    const waits: number[] = [];
    const links = Array.from({ length: 40 }, () => {
      const since = new Map<number, number>();
      const acks = pace.join(({ ranges }) => {
        for (const [from, to] of ranges) {
          for (let sequence = from; sequence <= to; sequence += 1)
            waits.push(now() - (since.get(sequence) ?? Number.NaN));
        }
      });
      acks.add(0, 0, true);
      return { acks, since };
    });
    await nextTurn();
    waits.length = 0;
    for (let sequence = 1; sequence * everyMs <= 30_000; sequence += 1) {
      for (const { acks, since } of links) {
        since.set(sequence, now());
        acks.add(0, sequence, false);
      }
      await pass(everyMs, Math.min(everyMs, 61));
    }
    await pass(ROUND_MS);
    t.ok(waits.length >= 40 * 2 && waits.every((ms) => ms <= ROUND_MS), `${everyMs} ms: ${Math.max(...waits)} at most`);
    for (const { acks } of links) acks.drop();
  }
});

t.test('a loop that was held up makes up for its moments', async (t) => {
  const { pace, pass } = stopTime(t, 40_000);
  const links = Array.from({ length: 40 }, () => linkAt(pace));
  for (const { acks } of links) {
    acks.flush();
    acks.add(0, 1, true);
  }
  await nextTurn();
  for (const { acks } of links) acks.add(0, 2, false);
  await pass(200_000, 200_000);
  t.ok(links.every(({ told }) => told.at(-1) === '0: 2-2'));
});

t.test('what a ping took along is not told again', async (t) => {
  const { pace, pass } = stopTime(t, 40_000);
  const { acks, told } = linkAt(pace);
  acks.add(0, 1, false);
  await nextTurn();
  acks.add(0, 2, false);
  await pass(20_000);
  t.same(acks.take(), [{ type: 'ack', run: 0, ranges: [[2, 2]] }]);
  t.same(acks.take(), []);
  await pass(80_000);
  t.same(told, ['0: 1-1']);
});

t.test('what is to go out soon goes when the agent is heard', async (t) => {
  const { pace, pass } = stopTime(t, 40_000);
  const { acks, told } = linkAt(pace);
  acks.heard();
  acks.add(0, 1, false);
  await nextTurn();
  const quiet = linkAt(pace);
  quiet.acks.add(0, 1, false);
  await nextTurn();
  for (let sequence = 2; sequence <= 120; sequence += 1) {
    acks.add(0, sequence, false);
    if (sequence === 2) quiet.acks.add(0, 2, false);
    const toldBefore = told.length;
    await pass(1_000);
    t.equal(told.length, toldBefore, 'never by its moment');
    acks.heard();
  }
  t.equal(quiet.told.length, 2, 'the moment of one that is not heard');
  const ranges = told.map((ack) => ack.split(' ')[1]?.split('-').map(Number) as [number, number]);
  const waitsS = ranges.slice(2).map(([from, to]) => to - from + 1);
  t.ok(waitsS.length >= 2 && waitsS.every((s) => s >= 33 && s <= 39), `${waitsS.join(', ')} s`);
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

t.test('those who came together are not told together', async (t) => {
  const { pace, pass } = stopTime(t, 80_000);
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
  t.equal(told, 160);
  t.ok(Math.max(...perMoment) <= 10, perMoment.join(' '));
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
