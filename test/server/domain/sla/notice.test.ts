import fc from 'fast-check';
import t from 'tap';
import type { MaintenanceInput } from '../../../../protocol/api/maintenance.ts';
import { occurrences } from '../../../../server/domain/sla/maintenance.ts';
import {
  excludedPieces,
  judgeWindow,
  mergeSpans,
  standingSpans,
  type WindowVersion,
} from '../../../../server/domain/sla/notice.ts';
import { holds } from '../../../support/property.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const start = Date.parse('2026-03-01T22:00:00Z');
const notice = () => DAY_MS;

function input(over: Partial<MaintenanceInput> = {}): MaintenanceInput {
  const target = { kind: 'client', id: null } as const;
  return {
    clientId: 'acme',
    title: 'Patches',
    target,
    timeZone: 'UTC',
    startsAt: '2026-03-01T22:00',
    durationMinutes: 240,
    rrule: null,
    ...over,
  };
}

/** Documents, each standing from its time until the next one's, or until `cancelledAt`. */
function versions(documents: [number, MaintenanceInput][], cancelledAt = Number.POSITIVE_INFINITY): WindowVersion[] {
  return documents.map(([since, document], index) => ({
    since,
    until: documents[index + 1]?.[0] ?? cancelledAt,
    by: `person ${index}`,
    input: document,
  }));
}

const hours = (all: readonly { start: number; end: number }[]): [number, number][] =>
  mergeSpans(all).map((span) => [(span.start - start) / HOUR_MS, (span.end - start) / HOUR_MS]);
const excluded = (history: WindowVersion[], noticeAt = notice) =>
  hours(excludedPieces(history, noticeAt, start - 30 * DAY_MS, start + 60 * DAY_MS));

t.test('declared in time, to the millisecond', (t) => {
  t.same(excluded(versions([[start - DAY_MS, input()]])), [[0, 4]], 'exactly 24 h before: excludes');
  t.same(excluded(versions([[start - DAY_MS + 1, input()]])), [], '1 ms later: silences only');
  t.same(
    excluded(versions([[start - 1, input()]]), () => 0),
    [[0, 4]],
    'no notice is asked for',
  );
  t.same(
    excluded(versions([[start + 1, input()]]), () => 0),
    [],
    'declared after its start',
  );
  t.end();
});

t.test('edits and cancellations', (t) => {
  const declared = start - 3 * DAY_MS;
  const cases: [string, [number, number][], WindowVersion[]][] = [
    [
      'moved in time',
      [[2, 6]],
      versions([
        [declared, input()],
        [start - 26 * HOUR_MS + 2 * HOUR_MS, input({ startsAt: '2026-03-02T00:00' })],
      ]),
    ],
    [
      'a new title late',
      [[0, 4]],
      versions([
        [declared, input()],
        [start - 1, input({ title: 'Firmware' })],
      ]),
    ],
    [
      'extended late',
      [[0, 4]],
      versions([
        [declared, input()],
        [start - HOUR_MS, input({ durationMinutes: 480 })],
      ]),
    ],
    [
      'extended while it runs',
      [[0, 4]],
      versions([
        [declared, input()],
        [start + HOUR_MS, input({ durationMinutes: 480 })],
      ]),
    ],
    [
      'shortened late',
      [[0, 2]],
      versions([
        [declared, input()],
        [start - HOUR_MS, input({ durationMinutes: 120 })],
      ]),
    ],
    [
      'shortened while it runs',
      [[0, 2]],
      versions([
        [declared, input()],
        [start + HOUR_MS, input({ durationMinutes: 120 })],
      ]),
    ],
    [
      'moved away late',
      [],
      versions([
        [declared, input()],
        [start - HOUR_MS, input({ startsAt: '2026-03-02T12:00' })],
      ]),
    ],
    [
      'edited afterwards',
      [[0, 4]],
      versions([
        [declared, input()],
        [start + 5 * HOUR_MS, input({ startsAt: '2026-05-02T12:00' })],
      ]).slice(0, 2),
    ],
    ['cancelled before', [], versions([[declared, input()]], start - 1)],
    ['cancelled while it runs', [[0, 1]], versions([[declared, input()]], start + HOUR_MS)],
    ['cancelled afterwards', [[0, 4]], versions([[declared, input()]], start + 4 * HOUR_MS)],
    [
      'withdrawn and put back late',
      [[0, 4]],
      versions([
        [declared, input()],
        [start - 20 * HOUR_MS, input({ startsAt: '2026-03-05T12:00' })],
        [start - 10 * HOUR_MS, input()],
      ]),
    ],
  ];
  for (const [name, wanted, history] of cases) {
    const until = start + 30 * DAY_MS;
    t.same(hours(excludedPieces(history, notice, start - 30 * DAY_MS, until)), wanted, name);
  }
  t.end();
});

t.test('recurring: each window has its own deadline', (t) => {
  const weekly = input({ rrule: 'FREQ=WEEKLY;COUNT=4' });
  const history = versions([
    [start - 3 * DAY_MS, weekly],
    [start + 6.5 * DAY_MS, input({ rrule: 'FREQ=WEEKLY;COUNT=4', durationMinutes: 60 })],
  ]);
  t.same(
    excluded(history),
    [
      [0, 4],
      [168, 169],
      [336, 337],
      [504, 505],
    ],
    'the past stays, the next was shortened too late to count more, the rest is new',
  );
  t.end();
});

t.test('a window says whether it excludes, and why', (t) => {
  const span = { start, end: start + 4 * HOUR_MS };
  const verdict = (history: WindowVersion[]) => judgeWindow(history, span, notice);
  t.match(verdict(versions([[start - 2 * DAY_MS, input()]])), {
    excludes: true,
    reason: 'Declared at 2026-02-27 22:00:00 UTC, 2 d before it starts; the contract asks for 1 d of notice.',
  });
  t.match(verdict(versions([[start - HOUR_MS, input()]])), {
    excludes: false,
    reason:
      'Declared only 1 h before it starts; the contract asks for 1 d of notice: it silences but excludes nothing.',
  });
  const late = versions([
    [start - 2 * DAY_MS, input({ durationMinutes: 60 })],
    [start - HOUR_MS, input()],
  ]);
  t.match(verdict(late), {
    excludes: false,
    reason: /^Changed only 1 h before .* excluded is only what was declared in time and still stands, 1 h\.$/,
  });
  const other = versions([
    [start - 2 * DAY_MS, input()],
    [start - HOUR_MS, input({ target: { kind: 'site', id: 's1' } })],
  ]);
  t.match(verdict(other), { excludes: false }, 'given another target too late');
  t.end();
});

t.test('properties over random histories', (t) => {
  const document = fc.record({
    startsAt: fc.constantFrom('2026-03-01T22:00', '2026-03-02T02:00', '2026-03-03T22:00'),
    durationMinutes: fc.constantFrom(30, 240, 600),
    rrule: fc.constantFrom(null, 'FREQ=DAILY;COUNT=5', 'FREQ=WEEKLY'),
  });
  const history = fc.record({
    documents: fc.array(document, { minLength: 1, maxLength: 4 }),
    times: fc.array(fc.integer({ min: -96, max: 96 }), { minLength: 5, maxLength: 5 }),
    isCancelled: fc.boolean(),
  });
  const build = ({
    documents,
    times,
    isCancelled,
  }: {
    documents: Partial<MaintenanceInput>[];
    times: number[];
    isCancelled: boolean;
  }) => {
    const sorted = times.toSorted((a, b) => a - b).map((hour) => start + hour * HOUR_MS);
    return versions(
      documents.map((over, index) => [sorted[index]!, input(over)]),
      isCancelled ? sorted[4] : undefined,
    );
  };
  const [from, to] = [start - 5 * DAY_MS, start + 12 * DAY_MS];
  const isIn = (spans: readonly { start: number; end: number }[], at: number) =>
    spans.some((span) => span.start <= at && at < span.end);

  holds(
    t,
    fc.property(history, (made) => {
      const all = build(made);
      const pieces = excludedPieces(all, notice, from, to);
      const standing = standingSpans(all, from, to);
      return pieces.every(
        ({ start: begin, end, announced, standing: by }) =>
          isIn(standing, begin) &&
          isIn(standing, end - 1) &&
          by.since <= begin &&
          end <= by.until &&
          occurrences(announced.input, begin, end).some(
            (window) =>
              window.start - DAY_MS >= announced.since &&
              window.start - DAY_MS < announced.until &&
              window.start <= begin &&
              end <= window.end,
          ),
      );
    }),
    { numRuns: 100 },
  );

  holds(
    t,
    fc.property(history, document, fc.integer({ min: -90, max: 200 }), (made, over, hour) => {
      const before = build({ ...made, isCancelled: false });
      const at = Math.max(start + hour * HOUR_MS, before.at(-1)!.since);
      const after = [
        ...before.slice(0, -1),
        { ...before.at(-1)!, until: at },
        { since: at, until: Number.POSITIVE_INFINITY, by: 'late', input: input(over) },
      ];
      const past = (all: WindowVersion[]) => mergeSpans(excludedPieces(all, notice, from, at));
      return JSON.stringify(past(before)) === JSON.stringify(past(after));
    }),
    { numRuns: 100 },
  );

  holds(
    t,
    fc.property(history, fc.integer({ min: -100, max: 250 }), (made, hour) => {
      const all = build(made);
      const cut = start + hour * HOUR_MS;
      const total = (a: number, b: number) =>
        b <= a
          ? 0
          : mergeSpans(excludedPieces(all, notice, a, b)).reduce((sum, span) => sum + span.end - span.start, 0);
      return (
        total(from, cut) + total(Math.max(from, cut), to) === total(from, Math.max(to, cut)) || cut > to || cut < from
      );
    }),
    { numRuns: 80 },
  );
  t.end();
});
