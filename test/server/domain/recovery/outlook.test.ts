import fc from 'fast-check';
import t from 'tap';
import { readCron } from '../../../../server/domain/recovery/cron.ts';
import type { Drill } from '../../../../server/domain/recovery/drill.ts';
import { growthOf, type Measured, whenOver } from '../../../../server/domain/recovery/growth.ts';
import { restoreOutlook, throughputOf, windowMsOf, windowOutlook } from '../../../../server/domain/recovery/outlook.ts';
import { timetable } from '../../../../server/domain/recovery/rhythm.ts';
import { holds } from '../../../support/property.ts';
import { BASE } from '../../../support/recovery.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const GB = 1e9;

/** A measurement a day for so many days, the last one `now`; `noise` of so much, from a seed. */
function daily(days: number, sizeOn: (day: number) => number, noise = 0, seed = 1): { now: number; sizes: Measured[] } {
  let state = seed;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const sizes = Array.from({ length: days }, (_, day) => ({
    at: BASE + day * DAY,
    value: sizeOn(day) + noise * random(),
  }));
  return { now: BASE + (days - 1) * DAY, sizes };
}

/** A drill that brought so much back in an hour. */
const drill = (bytesPerHour: number, day = 0, over: Partial<Drill> = {}): Drill => ({
  id: `d${day}-${bytesPerHour}`,
  scope: 'full',
  startedAt: BASE + day * DAY,
  finishedAt: BASE + day * DAY + HOUR,
  result: 'restored',
  restoredBytes: bytesPerHour,
  ...over,
});

t.test('how fast things come back', async (t) => {
  const f = (what: string, drills: Drill[], want: object | null) => {
    const got = throughputOf(drills, BASE + 99 * DAY);
    const inHours = got && { ...got, median: got.median * HOUR, least: got.least * HOUR, most: got.most * HOUR };
    t.same(inHours, want, what);
  };
  f('the median of the drills', [drill(30), drill(10), drill(20)], { median: 20, least: 10, most: 30, drills: 3 });
  f('of two the slower', [drill(30), drill(10)], { median: 10, least: 10, most: 30, drills: 2 });
  f('a sample counts', [drill(20, 0, { scope: 'sample' })], { median: 20, least: 20, most: 20, drills: 1 });
  f('one that failed does not', [drill(20, 0, { result: 'mismatch' })], null);
  f('one that brought nothing', [drill(0)], null);
  f('one of which nobody knows how much', [drill(1, 0, { restoredBytes: null })], null);
  f('one that took no time', [drill(5, 0, { finishedAt: BASE })], null);
  f('one of the future', [drill(5, 100)], null);
  const old = Array.from({ length: 5 }, (_, n) => drill(1, n));
  const newer = Array.from({ length: 10 }, (_, n) => drill(7, 10 + n));
  f('the newest ten', [...old, ...newer], { median: 7, least: 7, most: 7, drills: 10 });
});

t.test('restore time is the size of today by the throughput, with the spread of the drills', async (t) => {
  const drills = [drill(50 * GB), drill(100 * GB, 1), drill(200 * GB, 2)];
  const { now, sizes } = daily(60, (day) => (200 + day) * GB);
  const got = restoreOutlook(drills, sizes, 4 * HOUR, now);
  t.match(got, {
    tookMs: 2.59 * HOUR,
    leastMs: 1.295 * HOUR,
    mostMs: 5.18 * HOUR,
    latest: now + 541 * DAY,
    earliest: now,
  });
  t.equal(got.impossibleOn, now + 141 * DAY, '400 GB come in 4 h, and it grows by 1 GB a day');
  t.same(
    got.said.map(({ key }) => key),
    ['recovery.restore.predicted', 'recovery.restore.impossible'],
  );
  t.match(restoreOutlook(drills, sizes, 2 * HOUR, now), { impossibleOn: now }, 'it is impossible today');
  t.match(restoreOutlook(drills, sizes, null, now), { tookMs: 2.59 * HOUR, impossibleOn: null, said: { length: 1 } });
  t.match(restoreOutlook([], sizes, HOUR, now), { tookMs: null, impossibleOn: null, said: [] }, 'without a drill');
  t.match(restoreOutlook(drills, [], HOUR, now), { tookMs: null, impossibleOn: null }, 'without a size');
  const later = [...sizes, { at: now + 1, value: 9_999 * GB }];
  t.same(restoreOutlook(drills, later, 4 * HOUR, now), got, 'a size of the future is none');
});

t.test('why no date is named', async (t) => {
  const f = (what: string, days: number, sizeOn: (day: number) => number, want: unknown, noise = 0) => {
    const { now, sizes } = daily(days, sizeOn, noise);
    t.equal(restoreOutlook([drill(100 * GB)], sizes, 4 * HOUR, now).impossibleOn, want, what);
  };
  f('a week is too short', 7, (day) => (100 + day) * GB, 'young');
  f('it does not grow', 60, () => 100 * GB, 'steady');
  f('it shrinks', 60, (day) => (200 - day) * GB, 'steady');
  f('it only moves', 60, (day) => (100 + day / 60) * GB, 'steady', 20 * GB);
  f('it grows so slowly that nobody knows', 60, (day) => 100 * GB + day * 1e7, 'far');
  t.equal(growthOf([], BASE), 'young');
});

t.test('on a growing repository the date is right within a tenth of the time until then', async (t) => {
  const seeds = Array.from({ length: 25 }, (_, n) => n + 1);
  const f = (what: string, sizeOn: (day: number) => number, noise: number, limit: number, kind: string) => {
    let over = 0;
    while (sizeOn(over) <= limit) over += 0.01;
    const worst = seeds.map((seed) => {
      const { now, sizes } = daily(120, sizeOn, noise, seed);
      const growth = growthOf(sizes, now);
      if (typeof growth === 'string') return Number.POSITIVE_INFINITY;
      if (growth.kind !== kind) return Number.NaN;
      const on = whenOver(growth, limit, now);
      return typeof on === 'number' ? Math.abs(on - (BASE + over * DAY)) / (over * DAY + BASE - now) : Number.NaN;
    });
    t.ok(Math.max(...worst) <= 0.1, `${what}: at most ${Math.max(...worst)}`);
  };
  f('1 GB a day', (day) => (200 + day) * GB, 0, 400 * GB, 'linear');
  f('that moves by 5 GB', (day) => (200 + day) * GB, 10 * GB, 400 * GB, 'linear');
  f('with a weekly rhythm', (day) => (200 + day + 5 * Math.sin((day * Math.PI) / 3.5)) * GB, GB, 400 * GB, 'linear');
  f('0.5 % a day', (day) => 100 * GB * 1.005 ** day, 0, 300 * GB, 'compound');
  f('that moves by 1 GB', (day) => 100 * GB * 1.005 ** day, 2 * GB, 300 * GB, 'compound');
});

t.test('outliers move it little, and the order of the sizes not at all', async (t) => {
  const { now, sizes } = daily(100, (day) => (200 + day) * GB);
  const spoiled = sizes.map((one, index) => (index % 10 === 5 ? { ...one, value: 5_000 * GB } : one));
  const growth = growthOf(spoiled, now);
  if (typeof growth === 'string') return t.fail(growth);
  t.ok(Math.abs(growth.perDay / GB - 1) < 0.1, `${growth.perDay}`);
  t.same(growthOf(spoiled.toReversed(), now), growth);
  t.same(growthOf([...spoiled, ...spoiled], now), growth, 'nor that they are told twice');
  const bad = [Number.NaN, -1, Number.POSITIVE_INFINITY].map((value, index) => ({ at: now - index, value }));
  t.same(growthOf([...spoiled, ...bad], now), growth, 'what is no size is none');
});

t.test('a line that grows is passed later the higher the limit is, and never in the past', async (t) => {
  const growing = fc.record({ first: fc.integer({ min: 1, max: 1_000 }), perDay: fc.integer({ min: 1, max: 50 }) });
  holds(
    t,
    fc.property(growing, fc.nat(5_000), fc.nat(5_000), ({ first, perDay }, a, b) => {
      const { now, sizes } = daily(40, (day) => first + perDay * day);
      const growth = growthOf(sizes, now);
      if (typeof growth === 'string') return false;
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map((limit) => whenOver(growth, limit, now));
      const at = (on: number | string | undefined): number => (typeof on === 'number' ? on : Number.POSITIVE_INFINITY);
      return at(low) >= now && at(low) <= at(high);
    }),
  );
});

t.test('backups that outgrow the night', async (t) => {
  const { now, sizes: durations } = daily(60, (day) => 4 * HOUR + day * 60_000);
  const { outgrownOn, said } = windowOutlook(durations, 8 * HOUR, now);
  t.equal(outgrownOn, BASE + 240 * DAY, 'a minute more each night');
  t.match(said, { key: 'recovery.window.outgrown', params: { window: 8 * HOUR, on: outgrownOn } });
  t.equal(windowOutlook(durations, 4.5 * HOUR, now).outgrownOn, now, 'it does already');
  const slow = [...durations.slice(0, -1), { at: now, value: 9 * HOUR }];
  t.ok(Number(windowOutlook(slow, 8 * HOUR, now).outgrownOn) > now + 100 * DAY, 'one slow night is no trend');
  t.same(windowOutlook(durations.slice(0, 3), 8 * HOUR, now), { outgrownOn: 'young', said: null });
  t.same(windowOutlook([], 8 * HOUR, now), { outgrownOn: 'young', said: null });
});

t.test('how long the night is', async (t) => {
  const f = (cron: string, zone: string, endsAt: string, want: number | null, closed = [] as number[]) => {
    const table = timetable({ kind: 'cron', cron: readCron(cron) }, zone, { weekdays: closed, dates: [] });
    t.equal(windowMsOf(table, endsAt, BASE), want, `${cron} to ${endsAt} in ${zone}`);
  };
  f('0 22 * * *', 'America/Costa_Rica', '06:00', 8 * HOUR);
  f('0 22 * * *', 'America/New_York', '06:00', 7 * HOUR);
  f('0 22 * * 1', 'America/New_York', '06:30', 8.5 * HOUR);
  f('0 1 * * *', 'UTC', '06:00', 5 * HOUR);
  f('0 22 * * *', 'UTC', '06:00', null, [1, 2, 3, 4, 5, 6, 7]);
  t.throws(() => windowMsOf(timetable({ kind: 'interval', everyMs: DAY }, 'UTC'), '25:00', BASE), {
    code: 'validation_failed',
  });
});
