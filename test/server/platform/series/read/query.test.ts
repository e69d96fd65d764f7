import fc from 'fast-check';
import t from 'tap';
import { describe } from '../../../../../protocol/wire/metric.ts';
import { query, queryFleet } from '../../../../../server/platform/series/read/query.ts';
import type { Aggregation, FleetRequest, SeriesRequest } from '../../../../../server/platform/series/series-store.ts';
import { type MemoryReport, MemorySource } from '../../../../support/memory-source.ts';
import { naiveSeries } from '../../../../support/naive-series.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const gauge = describe('load.1');
const counter = describe('net.rxBytes', 'eth0');
/** Load with two decimals, a counter, and load as an older agent reported it, with one. */
const ids = { gauge: 1, counter: 2, older: 3 } as const;

function newSource(): MemorySource {
  const source = new MemorySource();
  source.metric(ids.older, { ...gauge, decimals: 1 });
  source.metric(ids.gauge, gauge);
  source.metric(ids.counter, counter);
  source.addHost('d1');
  return source;
}

/** Runs a query to its end. @returns its result, and how often it paused */
function run<Result>(work: Generator<void, Result, void>): { result: Result; pauses: number } {
  for (let pauses = 0; ; pauses += 1) {
    const turn = work.next();
    if (turn.done) return { result: turn.value, pauses };
  }
}

const ask = (source: MemorySource, request: Omit<SeriesRequest, 'deviceId'>) =>
  run(query(source, { deviceId: 'd1', ...request })).result;

const loadOf = ({ values }: MemoryReport) => (values[ids.gauge] ?? (values[ids.older] ?? Number.NaN) * 10) / 100;
const loadIfAny = (report: MemoryReport) => {
  const value = loadOf(report);
  return Number.isNaN(value) ? undefined : value;
};
const bytesOf = ({ values }: MemoryReport) => values[ids.counter];

const report = fc.record({
  at: fc.integer({ min: 0, max: 3 * HOUR }),
  runId: fc.constantFrom('aa'.repeat(16), 'bb'.repeat(16)),
  sequence: fc.nat(10_000),
  values: fc.oneof(
    fc.record({ [ids.gauge]: fc.nat(1_000), [ids.counter]: fc.nat(100_000) }),
    fc.record({ [ids.older]: fc.nat(100) }),
    fc.constant({}),
  ),
});
const reports = fc.uniqueArray(report, {
  selector: ({ runId, sequence }) => `${runId} ${sequence}`,
  minLength: 1,
  maxLength: 120,
});

/** Deals reports out to blocks that overlap, open lanes, and a second time where a crash repeats them. */
function deal(source: MemorySource, all: readonly MemoryReport[], seed: number): void {
  const piles = new Map<number, MemoryReport[]>();
  const put = (pile: number, each: MemoryReport) => piles.set(pile, [...(piles.get(pile) ?? []), each]);
  for (const [index, each] of all.entries()) {
    const noise = (index * 7919 + seed) % 97;
    const pile = Math.floor(each.at / (40 * MINUTE)) * 3 + (noise % 2);
    put(pile, each);
    if (noise > 80) put(pile + 1, each);
  }
  const dealt = [...piles.entries()].sort(([a], [b]) => a - b).map(([, pile]) => pile);
  source.setOpen('d1', dealt.slice(-2));
  for (const pile of dealt.slice(0, -2)) source.seal('d1', pile);
}

const close = (got: number | null | undefined, want: number | null | undefined, slack = 1e-9) =>
  got === want ||
  (typeof got === 'number' && typeof want === 'number' && Math.abs(got - want) <= slack * Math.max(1, Math.abs(want)));

t.test('raw reports, sealed and open, overlapping and repeated, give what the slow way gives', async (t) => {
  const grid = fc.record({
    fromMs: fc.integer({ min: -HOUR, max: 2 * HOUR }),
    lengthMs: fc.integer({ min: 1, max: 4 * HOUR }),
    stepMs: fc.integer({ min: MINUTE, max: 50 * MINUTE }).filter((step) => step % (5 * MINUTE) !== 0),
  });
  let checked = 0;
  fc.assert(
    fc.property(reports, grid, fc.nat(), (all, { fromMs, lengthMs, stepMs }, seed) => {
      const source = newSource();
      deal(source, all, seed);
      const range = { fromMs, toMs: fromMs + lengthMs, stepMs };
      for (const aggregation of ['mean', 'min', 'max', 'last', 'p95', 'rate'] as const) {
        const [name, read] = aggregation === 'rate' ? [counter.name, bytesOf] : [gauge.name, loadIfAny];
        const [found] = ask(source, { ...range, metrics: [name], aggregation });
        const want = naiveSeries(all, { ...range, aggregation }, read);
        const got = found?.values ?? want.map(() => null);
        const isSame = got.length === want.length && got.every((value, step) => close(value, want[step]));
        if (!isSame) throw new Error(`${aggregation} ${JSON.stringify({ range, got, want, all })}`);
        checked += 1;
      }
    }),
    { numRuns: 80 },
  );
  t.ok(checked > 400);
});

/** A reading every 30 s for some hours, with a restart of the counter in the middle. */
function steady(hours: number): MemoryReport[] {
  return Array.from({ length: hours * 120 }, (_, index) => ({
    at: index * 30 * SECOND,
    sequence: index,
    runId: 'aa'.repeat(16),
    values: {
      [ids.gauge]: 100 + ((index * 7) % 50),
      [ids.counter]: index < hours * 50 ? index * 900 : (index - hours * 50) * 700,
    },
  }));
}

function sealAll(source: MemorySource, all: readonly MemoryReport[]): void {
  for (let start = 0; start < all.length; start += 120) source.seal('d1', all.slice(start, start + 120));
}

t.test('from roll-ups, with the newest hours from raw reports, the figures are the same', async (t) => {
  const all = steady(30);
  const source = newSource();
  sealAll(source, all);
  source.rollUp('d1', all, 27 * HOUR);
  const f = (stepMs: number, resolution: string, aggregation: Aggregation) => {
    const range = { fromMs: 0, toMs: 30 * HOUR, stepMs };
    const [name, read] = aggregation === 'rate' ? [counter.name, bytesOf] : [gauge.name, loadIfAny];
    const [found] = ask(source, { ...range, metrics: [name], aggregation });
    t.equal(found?.resolution, resolution, `${aggregation} by ${stepMs / MINUTE} min`);
    const want = naiveSeries(all, { ...range, aggregation }, read);
    const wrong = want.findIndex((value, step) => !close(found?.values[step], value, 1e-4));
    t.equal(wrong, -1, `${found?.values[wrong]} for ${want[wrong]}`);
  };
  for (const aggregation of ['mean', 'min', 'max', 'rate'] as const) {
    f(5 * MINUTE, 'fiveMinute', aggregation);
    f(20 * MINUTE, 'fiveMinute', aggregation);
    f(HOUR, 'hour', aggregation);
    f(6 * HOUR, 'hour', aggregation);
  }
});

t.test('what is older than raw reports comes from roll-ups, each bucket in all of its steps', async (t) => {
  const all = steady(6);
  const source = newSource();
  source.rollUp('d1', all, 5 * HOUR);
  source.held.raw = 4 * HOUR;
  sealAll(
    source,
    all.filter(({ at }) => at >= 4 * HOUR),
  );
  const [found] = ask(source, { metrics: [gauge.name], fromMs: HOUR, toMs: 6 * HOUR, stepMs: MINUTE });
  t.equal(found?.resolution, 'fiveMinute');
  t.equal(found?.values.filter((value) => value === null).length, 0);
  t.equal(new Set(found?.values.slice(0, 5)).size, 1, 'five steps of one bucket are one value');
  const [total] = ask(source, {
    metrics: [counter.name],
    fromMs: 0,
    toMs: 4 * HOUR,
    stepMs: HOUR,
    aggregation: 'last',
  });
  t.equal(total?.values[0], 119 * 900, 'the last reading of a counter is kept in its buckets');
});

t.test('p95 over roll-ups is that of their means', async (t) => {
  const source = newSource();
  const all = Array.from({ length: 240 }, (_, index) => ({
    at: index * 30 * SECOND,
    sequence: index,
    values: { [ids.gauge]: Math.floor(index / 10) * 100 },
  }));
  source.rollUp('d1', all, 2 * HOUR);
  const [found] = ask(source, {
    metrics: ['load.1'],
    fromMs: 0,
    toMs: 2 * HOUR,
    stepMs: 100 * MINUTE,
    aggregation: 'p95',
  });
  t.same(found?.values, [18, 23], 'the 19th of 20 buckets, and the last of 4');
});

t.test('a name whose kind has changed is told as what it is now, or was when it was there', async (t) => {
  const source = newSource();
  source.metric(9, { ...gauge, kind: 'counter' });
  source.seal('d1', [{ at: 0, sequence: 1, values: { [ids.gauge]: 100 } }]);
  source.seal('d1', [
    { at: HOUR, sequence: 2, values: { 9: 100 } },
    { at: HOUR + MINUTE, sequence: 3, values: { 9: 700 } },
  ]);
  const f = (fromMs: number, aggregation: string, value: number) => {
    const [found] = ask(source, { metrics: ['load.1'], fromMs, toMs: fromMs + 2 * MINUTE, stepMs: 2 * MINUTE });
    t.equal(found?.aggregation, aggregation);
    t.same(found?.values, [value]);
  };
  f(0, 'mean', 1);
  f(HOUR, 'rate', 0.1);
});

t.test('what is not there is not told, and what does not suit is refused', async (t) => {
  const source = newSource();
  source.seal('d1', [{ at: 0, sequence: 1, values: { [ids.gauge]: 100 } }]);
  const range = { fromMs: 0, toMs: MINUTE, stepMs: MINUTE };
  t.same(ask(source, { ...range, metrics: ['no.such', counter.name] }), []);
  t.same(run(query(source, { ...range, deviceId: 'nobody', metrics: ['load.1'] })).result, []);
  t.throws(() => ask(source, { ...range, metrics: ['load.1'], aggregation: 'rate' }), {
    code: 'validation_failed',
    message: '"load.1" goes up and down, so it has no rate. Ask for mean, min, max, p95 or last.',
  });
});

t.test('a damaged block is left out and told of, the rest is answered', async (t) => {
  const source = newSource();
  source.seal('d1', [{ at: 0, sequence: 1, values: { [ids.gauge]: 100 } }]);
  const block = source.seal('d1', [{ at: MINUTE, sequence: 2, values: { [ids.gauge]: 200 } }]);
  block.data[block.data.length - 1]! ^= 1;
  const [found] = ask(source, { metrics: ['load.1'], fromMs: 0, toMs: 2 * MINUTE, stepMs: MINUTE });
  t.same(found?.values, [1, null]);
  t.same(source.found, [{ source: 'raw', id: block.id }]);
});

t.test('too much is refused before anything is read', async (t) => {
  const source = newSource();
  const host = source.host('d1');
  source.countBlocks = (hostId) => (hostId === host?.id ? 200_000 : 0);
  const request = { metrics: ['load.1', counter.name], fromMs: 0, toMs: 30 * DAY, stepMs: HOUR - 1 };
  t.throws(() => ask(source, request), {
    code: 'range_too_large',
    message:
      /^This would read about 48,000,000 readings of 2 metrics\. Ask for at most 12 days, a range and a step of whole 5 min or fewer metrics\.$/,
  });
  const fleet: FleetRequest = {
    ...{ deviceIds: Array.from({ length: 5_000 }, () => 'd1'), metric: counter.name, across: { kind: 'mean' } },
    ...{ fromMs: 0, toMs: 30 * DAY, stepMs: HOUR - 1 },
  };
  t.throws(() => run(queryFleet(source, fleet)), { code: 'range_too_large', message: /1 metric and 5,000 machines\./ });
  t.equal(source.reads, 0);
});

t.test('a query pauses after every block, and what is not asked for is not read', async (t) => {
  const source = newSource();
  sealAll(source, steady(10));
  const { result, pauses } = run(
    query(source, { deviceId: 'd1', metrics: ['load.1'], fromMs: 5 * HOUR, toMs: 7 * HOUR, stepMs: MINUTE }),
  );
  t.equal(result[0]?.values.length, 120);
  t.ok(pauses >= 2 && pauses < 8, `${pauses} pauses`);
});

t.test('many machines: their mean, the foremost, and how many lie where', async (t) => {
  const source = newSource();
  const loads: Record<string, (number | null)[]> = { d1: [1, 3], d2: [2, null], d3: [6, 6], d4: [null, null] };
  for (const [deviceId, values] of Object.entries(loads)) {
    if (deviceId !== 'd1') source.addHost(deviceId);
    for (const [step, value] of values.entries()) {
      if (value === null) continue;
      source.seal(deviceId, [{ at: step * MINUTE, sequence: step, values: { [ids.gauge]: value * 100 } }]);
    }
  }
  const f = (across: FleetRequest['across'], want: object) => {
    const deviceIds = ['d1', 'd2', 'd3', 'd4', 'gone'];
    const range = { fromMs: 0, toMs: 2 * MINUTE, stepMs: MINUTE };
    t.same(run(queryFleet(source, { deviceIds, metric: 'load.1', ...range, across })).result, {
      resolution: 'raw',
      ...want,
    });
  };
  f({ kind: 'mean' }, { kind: 'mean', values: [3, 4.5], devices: [3, 2] });
  const lines = [
    { deviceId: 'd3', overall: 6, values: [6, 6] },
    { deviceId: 'd1', overall: 2, values: [1, 3] },
    { deviceId: 'd2', overall: 2, values: [2, null] },
  ];
  f({ kind: 'top', count: 10 }, { kind: 'top', lines });
  f({ kind: 'top', count: 2 }, { kind: 'top', lines: lines.slice(0, 2) });
  f({ kind: 'top', count: 1, lowest: true }, { kind: 'top', lines: [lines[1]] });
  const counts = [
    [1, 0],
    [1, 1],
    [1, 1],
  ];
  f({ kind: 'heat', bounds: [2, 6] }, { kind: 'heat', counts });
});
