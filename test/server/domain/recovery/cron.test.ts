import fc from 'fast-check';
import t from 'tap';
import { type Cron, cronTimes, readCron } from '../../../../server/domain/recovery/cron.ts';
import { indexOf, zoneDay } from '../../../../server/domain/recovery/zone-days.ts';
import { holds } from '../../../support/property.ts';

const MINUTE = 60_000;

/** The runs of a date, as the zone's clock shows them, with its offset where that tells two apart. */
function runs(text: string, timeZone: string, date: string): string[] {
  return cronTimes(readCron(text), timeZone, zoneDay(timeZone, indexOf(date))).map((at) => {
    const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timeZone);
    return `${local.toPlainTime().toString({ smallestUnit: 'minute' })}${local.offset}`;
  });
}

t.test('when a line of a crontab runs', async (t) => {
  const f = (text: string, date: string, want: string[]) =>
    t.same(
      runs(text, 'UTC', date).map((run) => run.slice(0, 5)),
      want,
      `${text} on ${date}`,
    );
  f('0 22 * * *', '2026-10-02', ['22:00']);
  f('30 1,13 * * *', '2026-10-02', ['01:30', '13:30']);
  f('0 8-20/4 * * *', '2026-10-02', ['08:00', '12:00', '16:00', '20:00']);
  f('*/20 3 * * *', '2026-10-02', ['03:00', '03:20', '03:40']);
  f('0 22 * * 1-5', '2026-10-02', ['22:00']);
  f('0 22 * * 1-5', '2026-10-03', []);
  f('0 22 * * mon-fri', '2026-10-02', ['22:00']);
  f('0 22 * * 7', '2026-10-04', ['22:00']);
  f('0 22 * * 0', '2026-10-04', ['22:00']);
  f('0 22 1 * *', '2026-10-02', []);
  f('0 22 2 oct *', '2026-10-02', ['22:00']);
  f('0 22 2 oct *', '2026-11-02', []);
  f('0 22 13 * 5', '2026-10-02', ['22:00']);
  f('0 22 13 * 5', '2026-10-13', ['22:00']);
  f('0 22 13 * 5', '2026-10-14', []);
  f('0 22 */2 * 5', '2026-10-02', []);
  f('0 22 */2 * 5', '2026-10-09', ['22:00']);
  f('@daily', '2026-10-02', ['00:00']);
  f('@weekly', '2026-10-04', ['00:00']);
  f('@monthly', '2026-10-02', []);
  f(' 0  22 *\t* * ', '2026-10-02', ['22:00']);
});

t.test('where the clocks change it does as the cron of Debian', async (t) => {
  const f = (what: string, text: string, zone: string, date: string, want: string[]) =>
    t.same(runs(text, zone, date), want, what);
  const [ny, spring, autumn] = ['America/New_York', '2026-03-08', '2026-11-01'];
  f('a time that is skipped: once the clocks have changed', '30 2 * * *', ny, spring, ['03:00-04:00']);
  f('two of them run once', '15,45 2 * * *', ny, spring, ['03:00-04:00']);
  f('a time that comes twice: the first', '30 1 * * *', ny, autumn, ['01:30-04:00']);
  f('by the pace of the clock: not in the hour that is skipped', '30 * * * *', ny, spring, [
    '00:30-05:00',
    '01:30-05:00',
    ...Array.from({ length: 21 }, (_, n) => `${String(n + 3).padStart(2, '0')}:30-04:00`),
  ]);
  t.equal(runs('30 * * * *', ny, autumn).length, 25, 'and in both that have one name');
  f('both of the hour of the night', '*/30 1 * * *', ny, autumn, [
    '01:00-04:00',
    '01:30-04:00',
    '01:00-05:00',
    '01:30-05:00',
  ]);
  f('half an hour is skipped', '10 2 * * *', 'Australia/Lord_Howe', '2026-10-04', ['02:30+11:00']);
  f('midnight is skipped', '0 0 * * *', 'America/Sao_Paulo', '2018-11-04', ['01:00-02:00']);
  f('other days', '30 2 * * *', ny, '2026-03-09', ['02:30-04:00']);
});

t.test('the runs of a day are those at which the clock shows them, minute by minute', async (t) => {
  const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo'];
  const dates = [
    '2026-03-08',
    '2026-11-01',
    '2026-03-29',
    '2026-10-25',
    '2026-10-04',
    '2026-04-05',
    '2018-11-04',
    '2026-07-01',
  ];
  const lists = (max: number) => fc.uniqueArray(fc.nat(max), { minLength: 1, maxLength: 3 }).map((all) => all.join());
  const minute = fc.oneof(fc.constantFrom('*/20', '*/7'), lists(59));
  const hour = fc.oneof(fc.constantFrom('*', '*/2', '0-3'), lists(4));
  holds(
    t,
    fc.property(fc.constantFrom(...zones), fc.constantFrom(...dates), minute, hour, (zone, date, m, h) => {
      const cron = readCron(`${m} ${h} * * *`);
      const day = zoneDay(zone, indexOf(date));
      const want = new Set<number>();
      const done = new Set<number>();
      let before = -1;
      for (let at = day.start; at < day.end; at += MINUTE) {
        const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
        const shown = local.hour * 60 + local.minute;
        if (cron.isPaced) {
          if (cron.times.includes(shown)) want.add(at);
          continue;
        }
        // Everything up to what the clock shows is done, once, as soon as it is shown or passed over.
        if (cron.times.some((time) => time <= shown && time > before && !done.has(time))) want.add(at);
        for (const time of cron.times) if (time <= shown) done.add(time);
        before = Math.max(before, shown);
      }
      return [...want].join() === cronTimes(cron, zone, day).join();
    }),
    { numRuns: 60 },
  );
});

t.test('what cannot be read says what to write', async (t) => {
  const f = (text: string, want: RegExp) =>
    t.throws(() => readCron(text), { code: 'validation_failed', message: want }, text);
  f('', /five fields/);
  f('0 22 * *', /five fields/);
  f('@reboot', /five fields/);
  f('60 22 * * *', /^The minute of the rhythm cannot be read: 60\. It is \* or 0 to 59/);
  f('0 24 * * *', /^The hour/);
  f('0 22 0 * *', /^The day of the month/);
  f('0 22 * 13 *', /^The month/);
  f('0 22 * * 8', /^The weekday/);
  f('0 22 * * mon-', /^The weekday/);
  f('0 22-20 * * *', /^The hour/);
  f('0 1-2-3 * * *', /^The hour/);
  f('*/0 22 * * *', /^The minute/);
  f('5/10 22 * * *', /^The minute/);
  f('*/5/5 22 * * *', /^The minute/);
  f('1.5 22 * * *', /^The minute/);
  f('0 22 * constructor *', /^The month/);
  f('0 22 30 2 *', /never run/);
  f(`${'9'.repeat(100)} 22 * * *`, /^.{1,160}$/);
  t.doesNotThrow(() => readCron('0 22 30 2 1'), 'a weekday is enough');
  const cron: Cron = readCron('0 22 29 2 *');
  t.same(cron.times, [22 * 60], 'a leap day comes');
});
