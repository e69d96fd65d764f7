import fc from 'fast-check';
import t from 'tap';
import { plain } from '../../../../protocol/said/plain.ts';
import { takePoint, watchDisk } from '../../../../server/domain/forecast/disk-outlook.ts';
import { freshMemory } from '../../../../server/domain/forecast/fill-memory.ts';
import { largestNight, nightAt, noteNight } from '../../../../server/domain/forecast/night-growth.ts';
import { newestLevel } from '../../../../server/domain/forecast/space-window.ts';
import { freshDetection, judgeFindings } from '../../../../server/domain/rules/detection.ts';
import { diskNight } from '../../../../server/domain/rules/disk-night.ts';
import { defaultSettings } from '../../../../server/domain/settings.ts';
import { type DiskSeries, diskSeries, ofShape, SERIES_START } from '../../../support/disk-series.ts';

const HOUR = 3_600_000;

/** When the rule spoke about a series, as the server runs it, for a client in this zone. */
function spoken(
  { points }: Pick<DiskSeries, 'points'>,
  timeZone: string,
): { kind: string; atMs: number; sentence: string }[] {
  const state = freshDetection();
  const [first] = points;
  if (!first) throw new Error('a series without points');
  const watch = watchDisk(first);
  return points.flatMap((point) => {
    const time = nightAt(point.atMs, timeZone);
    takePoint(watch, point, time);
    const level = newestLevel(watch.window) / watch.memory.size;
    const findings = diskNight({ mountpoint: '/', memory: watch.memory, level }, point.atMs, time, defaultSettings);
    return judgeFindings(state, findings, point.atMs).map(({ kind, said }) => ({
      kind,
      atMs: point.atMs,
      sentence: plain(said, point.atMs),
    }));
  });
}

t.test('what a night is: 20:00 to 08:00 where the client is', async (t) => {
  const f = (at: string, timeZone: string, night: string | null, endsAt: string) => {
    const time = nightAt(Date.parse(at), timeZone);
    const day = time.night === null ? null : new Date(time.night * 24 * HOUR).toISOString().slice(0, 10);
    t.same([day, new Date(time.endsAt).toISOString()], [night, new Date(endsAt).toISOString()], `${at} ${timeZone}`);
  };
  f('2026-10-02T19:59:00Z', 'UTC', null, '2026-10-03T08:00:00Z');
  f('2026-10-02T20:00:00Z', 'UTC', '2026-10-02', '2026-10-03T08:00:00Z');
  f('2026-10-03T07:59:00Z', 'UTC', '2026-10-02', '2026-10-03T08:00:00Z');
  f('2026-10-03T08:00:00Z', 'UTC', null, '2026-10-04T08:00:00Z');
  f('2026-10-03T02:30:00Z', 'America/Costa_Rica', '2026-10-02', '2026-10-03T14:00:00Z');
  f('2026-10-03T14:00:00Z', 'America/Costa_Rica', null, '2026-10-04T14:00:00Z');
  f('2026-10-02T18:00:00Z', 'Europe/Moscow', '2026-10-02', '2026-10-03T05:00:00Z');
});

t.test('the largest of the last 14 nights that is not alone, of levels at their ends', async (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 })), { maxLength: 40 }),
        (nights) => {
          const memory = freshMemory(0, 50, 100);
          nights.forEach(([start, end], night) => {
            noteNight(memory, start / 100, { night, endsAt: 0 });
            noteNight(memory, 0.9, { night, endsAt: 0 });
            noteNight(memory, end / 100, { night, endsAt: 0 });
            noteNight(memory, 0.5, { night: null, endsAt: 0 });
          });
          const growths = nights.slice(-14).map(([start, end]) => start - end);
          const isUsual = (growth: number, at: number): boolean =>
            growths.some((other, index) => index !== at && other >= growth / 2 && other <= growth);
          const want = nights.length < 3 ? 0 : Math.max(0, ...growths.filter(isUsual)) / 100;
          return Math.abs((largestNight(memory)?.growth ?? 0) - want) < 0.001 || want <= 0.002;
        },
      ),
    ),
  );
});

const seeds = [1000, 2000];
for (const timeZone of ['UTC', 'America/Costa_Rica', 'Asia/Tokyo', 'Europe/Moscow']) {
  t.test(`nothing false on any shape of the documentation, in ${timeZone}`, async (t) => {
    for (const seed of seeds) {
      for (const series of diskSeries(seed)) {
        const raised = spoken(series, timeZone).filter(({ kind }) => kind === 'raise');
        const early = raised.filter(
          ({ atMs }) => series.leakFrom === null || series.fullAt === null || atMs < series.leakFrom,
        );
        t.same(early, [], `${series.name} ${seed}`);
      }
    }
  });
}

/** 6 % more within an hour in each night, at 02:00 UTC, kept for ever; `used` at first. */
const nightly = (used: number, growth: number) => (hours: number) => {
  const nights = Math.floor((hours + 22) / 24);
  const into = Math.min(1, Math.max(0, ((hours + 22) % 24) / 1));
  return used + growth * (nights - 1 + into);
};

t.test('a volume that the next night may fill is told by day, once, and cured when it has room again', async (t) => {
  const grows = nightly(0.5, 0.06);
  const series = ofShape('nightly', 7, {
    days: 12,
    used: (hours) => (hours > 24 * 8.5 ? 0.4 : Math.min(0.97, grows(hours))),
  });
  const told = spoken(series, 'UTC');
  t.same(
    told.map(({ kind }) => kind),
    ['raise', 'clear'],
  );
  t.match(
    told[0]?.sentence,
    /^\/ has .* left of 500 GB, less than the 30\.?\d* GB that the night of 2026-03-\d\d took: another one like it fills it$/,
  );
  const at = new Date(told[0]?.atMs ?? 0);
  t.ok(at.getUTCHours() >= 8 && at.getUTCHours() < 20, `by day: ${at.toISOString()}`);
});

t.test('a small volume is left to the static levels', async (t) => {
  const point = (hours: number) => ({
    atMs: SERIES_START + hours * HOUR,
    availableBytes: 0,
    sizeBytes: 100 * 1024 ** 3,
  });
  const grows = nightly(0.5, 0.06);
  const points = Array.from({ length: 9 * 288 }, (_, step) => {
    const made = point(step / 12);
    return { ...made, availableBytes: Math.max(0, 1 - grows(step / 12)) * made.sizeBytes };
  });
  t.same(spoken({ points }, 'UTC'), []);
});
