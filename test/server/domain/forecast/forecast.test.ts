import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { type DiskPoint, outlookOf, takePoint, watchDisk } from '../../../../server/domain/forecast/disk-outlook.ts';
import type { Outlook } from '../../../../server/domain/forecast/forecast.ts';
import { sayOutlook } from '../../../../server/domain/forecast/say-outlook.ts';
import { type DetectionSettings, defaultSettings } from '../../../../server/domain/settings.ts';
import { holds } from '../../../support/property.ts';

const STEP_MS = 5 * 60_000;
const START = Date.UTC(2026, 2, 2);
const GiB = 1024 ** 3;
/** Without absolute amounts, so that only shares count. */
const relative: DetectionSettings = {
  ...defaultSettings,
  disk: {
    ...defaultSettings.disk,
    levels: defaultSettings.disk.levels.map((level) => ({ ...level, belowBytes: Number.POSITIVE_INFINITY })),
  },
};

const pointsOf = (available: readonly number[], sizeBytes: number): DiskPoint[] =>
  available.map((availableBytes, step) => ({ atMs: START + step * STEP_MS, availableBytes, sizeBytes }));

function outlook(points: readonly DiskPoint[], settings = relative): Outlook {
  const [first] = points;
  if (!first) throw new Error('no points');
  const watch = watchDisk(first);
  for (const point of points) takePoint(watch, point);
  return outlookOf(watch, points.at(-1)?.atMs ?? 0, settings);
}

/** GiB available of 100 GiB at each step. */
const told = (steps: number, gib: (step: number) => number): Outlook =>
  outlook(
    pointsOf(
      Array.from({ length: steps }, (_, step) => gib(step) * GiB),
      100 * GiB,
    ),
  );

const DAY = 288;

t.test('why nothing is said', (t) => {
  const reason = (what: string, found: Outlook, want: string): void => {
    t.equal(found.kind === 'none' ? found.reason : found.kind, want, what);
    t.match(plain(sayOutlook('/', found), START), /^\/.*\w$/);
  };
  reason(
    'five measurements',
    told(5, () => 50),
    'sparse',
  );
  reason(
    'an idle disk',
    told(2 * DAY, () => 50),
    'steady',
  );
  reason(
    'a disk that is full',
    told(2 * DAY, () => 0),
    'steady',
  );
  reason(
    'a disk that empties',
    told(2 * DAY, (step) => 20 + step / 20),
    'steady',
  );
  reason(
    'the first day',
    told(200, (step) => 80 - step / 10),
    'young',
  );
  reason(
    '1 GiB in 3 hours of 50',
    told(2 * DAY, (step) => 50 - Math.max(0, step - DAY) / 36),
    'far',
  );
  const burst = (step: number): number => 50 - Math.min(30, Math.max(0, step - 2 * DAY + 60)) / 3;
  reason('a burst that is over', told(2 * DAY, burst), 'stopped');
  reason(
    'as on the day before',
    told(2 * DAY, (step) => 80 - (50 * (step % DAY)) / DAY),
    'rhythm',
  );
  t.end();
});

t.test('a steady leak: the date, the rate and the quality', (t) => {
  const found = told(2 * DAY, (step) => 80 - Math.max(0, step - DAY) / 12);
  t.match(found, { kind: 'full', basis: 'hours', quality: 1, count: 72 });
  if (found.kind !== 'full') return t.end();
  t.ok(Math.abs(found.bytesPerHour / GiB - 1) < 0.001);
  t.ok(Math.abs(found.leadMs / 3_600_000 - 56) < 0.3, `${found.leadMs / 3_600_000} h`);
  t.equal(
    plain(sayOutlook('/', { ...found, fullAt: START }), START - 56 * 3_600_000),
    '/ will be full on 2026-03-02 00:00:00 UTC, in 2 d 8 h: it fills at 1.0 GB an hour and has 56.1 GB left (sure, by 72 measurements over 5 h 55 min)',
  );
  t.end();
});

t.test('a volume that was resized starts afresh', (t) => {
  const leak = Array.from({ length: 2 * DAY }, (_, step) => (80 - Math.max(0, step - DAY) / 12) * GiB);
  const points = pointsOf(leak, 100 * GiB);
  const grown = points.map((point, step) =>
    step < 2 * DAY - 3 ? point : { ...point, sizeBytes: 200 * GiB, availableBytes: point.availableBytes + 100 * GiB },
  );
  t.match(outlook(points), { kind: 'full' });
  t.match(outlook(grown), { kind: 'none', reason: 'sparse', count: 3 });
  t.end();
});

t.test('a rhythm that is about to save it, and one that broke', (t) => {
  const tooth = (step: number): number => 60 - (50 * (step % DAY)) / DAY;
  t.match(told(5 * DAY + 280, tooth), { reason: 'rhythm' });
  const broken = (step: number): number => (step < 5 * DAY ? tooth(step) : 60 - (50 * (step - 5 * DAY)) / DAY);
  t.match(told(6 * DAY + 36, broken), { kind: 'full' }, 'three hours after it should have been emptied');
  t.end();
});

const levels = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 400 });
const leaks = fc
  .record({ from: fc.double({ min: 0.1, max: 1, noNaN: true }), fall: fc.double({ min: 0, max: 0.01, noNaN: true }) })
  .map(({ from, fall }) =>
    Array.from({ length: 400 }, (_, step) => Math.max(0, from - Math.max(0, step - 300) * fall)),
  );

t.test('whatever is measured, no figure is absurd', (t) => {
  holds(
    t,
    fc.property(fc.oneof(levels, leaks), (shares) => {
      const found = outlook(
        pointsOf(
          shares.map((share) => share * 100 * GiB),
          100 * GiB,
        ),
      );
      const sentence = plain(sayOutlook('/', found), START);
      if (/NaN|Infinity|undefined|-\d/.test(sentence.replaceAll(/\d{4}-\d\d-\d\d/g, ''))) return false;
      if (found.kind === 'none') return true;
      const { leadMs, fullAt, bytesPerHour, quality } = found;
      return leadMs >= 0 && Number.isFinite(fullAt) && bytesPerHour > 0 && quality > 0 && quality <= 1;
    }),
  );
  t.end();
});

t.test('a disk of another size says the same', (t) => {
  holds(
    t,
    fc.property(leaks, fc.integer({ min: -12, max: 8 }), (shares, power) => {
      const factor = 2 ** power;
      const [plain, scaled] = [1, factor].map((by) =>
        outlook(
          pointsOf(
            shares.map((share) => share * 100 * GiB * by),
            100 * GiB * by,
          ),
        ),
      ) as [Outlook, Outlook];
      if (plain.kind === 'none' || scaled.kind === 'none') return plain.kind === scaled.kind;
      const isSameRate = Math.abs(scaled.bytesPerHour / factor - plain.bytesPerHour) <= 1e-6 * plain.bytesPerHour;
      return plain.fullAt === scaled.fullAt && plain.quality === scaled.quality && isSameRate;
    }),
  );
  t.end();
});

t.test('what is measured twice at a time counts once, in whatever order', (t) => {
  holds(
    t,
    fc.property(leaks, fc.infiniteStream(fc.boolean()), (shares, twice) => {
      const points = pointsOf(
        shares.map((share) => share * 100 * GiB),
        100 * GiB,
      );
      const repeated = points.flatMap((point) => (twice.next().value ? [point, point] : [point]));
      t.same(outlook(repeated), outlook(points));
      return true;
    }),
    { numRuns: 20 },
  );
  t.end();
});
