import fc from 'fast-check';
import t from 'tap';
import { readCron } from '../../../../server/domain/recovery/cron.ts';
import { assumedStart, endedRun, endsBy, neverEnded, type OpenRun } from '../../../../server/domain/recovery/ping.ts';
import { timetable } from '../../../../server/domain/recovery/rhythm.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const T0 = Date.UTC(2026, 2, 2);
const at = (hours: number): number => T0 + hours * HOUR;
const run = (id: number, hours: number, name: string | null = null): OpenRun => ({ id, name, startedAt: at(hours) });

const ends: readonly (readonly [
  what: string,
  open: OpenRun[],
  name: string | null,
  durationMs: number,
  id: number | null,
])[] = [
  ['the only one', [run(1, 22)], null, HOUR, 1],
  ['none', [], null, HOUR, null],
  ['the newest, as the one of the day before was killed', [run(1, 0), run(2, 24)], null, HOUR, 2],
  ['the older of two that may run beside each other', [run(1, 22), run(2, 23)], null, HOUR, 1],
  ['at twice its duration the older one is over', [run(1, 21), run(2, 23)], null, HOUR, 2],
  ['of three the oldest, each beside the next', [run(1, 22), run(2, 23), run(3, 24)], null, HOUR, 1],
  ['that of its name', [run(1, 22, 'a'), run(2, 23, 'b')], 'a', HOUR, 1],
  ['the newest of its name', [run(1, 22, 'a'), run(2, 22.5, 'a')], 'a', HOUR, 2],
  ['none of another name', [run(1, 22, 'a')], null, HOUR, null],
  ['where no duration is known the newest', [run(1, 22), run(2, 22.1)], null, 0, 2],
];

t.test('which run has ended', async (t) => {
  for (const [what, open, name, durationMs, id] of ends)
    t.equal(endedRun(open, name, durationMs)?.id ?? null, id, what);
});

t.test('a run that nobody ended is over by the next one, or after a day', async (t) => {
  const ids = (open: OpenRun[], durationMs: number, hours: number) =>
    neverEnded(open, durationMs, at(hours)).map(({ id }) => id);
  t.same(ids([run(1, 0)], HOUR, 23.9), []);
  t.same(ids([run(1, 0)], HOUR, 24), [1], 'a day at least');
  t.same(ids([run(1, 0)], 10 * HOUR, 39.9), [], 'four times as long as it usually takes');
  t.same(ids([run(1, 0)], 10 * HOUR, 40), [1]);
  t.same(ids([run(1, 0), run(2, 1)], HOUR, 1), [], 'it may last beside the next');
  t.same(ids([run(1, 0), run(2, 2)], HOUR, 2), [1]);
  t.same(ids([run(1, 0, 'a'), run(2, 2, 'b')], HOUR, 2), []);
  t.same(ids([run(1, 0, 'a'), run(2, 0.5, 'a')], HOUR, 1), [1], 'begun anew by its name');
});

const nightly = timetable({ kind: 'cron', cron: readCron('0 22 * * *') }, 'UTC');
const hourly = timetable({ kind: 'interval', everyMs: HOUR }, 'UTC');
const starts: readonly (readonly [
  what: string,
  end: number,
  plan: { table: typeof nightly | null; durationMs: number; from: number },
  before: number | null,
  start: number,
])[] = [
  ['when it was due', at(22.5), { table: nightly, durationMs: 0, from: at(0) }, null, at(22)],
  [
    'earlier, if it usually takes longer than since then',
    at(22.5),
    { table: nightly, durationMs: HOUR, from: at(0) },
    null,
    at(21.5),
  ],
  [
    'by hand in the afternoon: when it was due last',
    at(39),
    { table: nightly, durationMs: HOUR, from: at(0) },
    null,
    at(22),
  ],
  ['but not before the run before ended', at(39), { table: nightly, durationMs: HOUR, from: at(0) }, at(23), at(23)],
  [
    'without a rhythm so long before its end as a run takes',
    at(5),
    { table: null, durationMs: HOUR, from: at(0) },
    at(1),
    at(4),
  ],
  [
    'an interval is due after a start that nobody knows',
    at(5),
    { table: hourly, durationMs: HOUR, from: at(0) },
    null,
    at(4),
  ],
  [
    'where nothing is known, the end of the one before',
    at(5),
    { table: null, durationMs: 0, from: at(0) },
    at(1),
    at(1),
  ],
  ['and of the first when the plan was made', at(5), { table: null, durationMs: 0, from: at(0) }, null, at(0)],
  ['a run before that ended later is none', at(5), { table: null, durationMs: 0, from: at(0) }, at(9), at(0)],
];

t.test('when a run began of which only the end was told', async (t) => {
  for (const [what, end, plan, before, start] of starts) t.equal(assumedStart(end, plan, before), start, what);
});

t.test('it never promises more than the duration and the rhythm say', async (t) => {
  const anything = fc.record({
    end: fc.nat(60 * DAY),
    durationMs: fc.nat(2 * DAY),
    before: fc.option(fc.nat(60 * DAY)),
  });
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anything, ({ end, durationMs, before }) => {
        const [endAt, previous] = [T0 + end, before === null ? null : T0 + before];
        const start = assumedStart(endAt, { table: nightly, durationMs, from: T0 }, previous);
        const bound = previous !== null && previous <= endAt ? previous : Number.NEGATIVE_INFINITY;
        return (
          start <= endAt &&
          (start <= endAt - durationMs || start === bound) &&
          start >= Math.max(bound, endAt - 3 * DAY)
        );
      }),
    ),
  );
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(fc.array(fc.nat(30 * DAY), { maxLength: 8 }), fc.nat(DAY), (begins, durationMs) => {
        const open = begins.map((begin, id) => ({ id, name: null, startedAt: T0 + begin }));
        const now = T0 + 31 * DAY;
        const over = neverEnded(open, durationMs, now);
        const left = open.filter((one) => !over.includes(one));
        const ended = endedRun(open, null, durationMs);
        return left.every((one) => now < endsBy(one, durationMs)) && (ended === null) === (open.length === 0);
      }),
    ),
  );
});
