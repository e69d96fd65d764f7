import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Device, FileSystem } from '../../protocol/api/view.ts';
import { describe } from '../../protocol/wire/metric.ts';
import { openTestSeries } from '../support/open-test-series.ts';
import { simDiskBytes, startSimAgent } from '../support/sim-agent.ts';
import { storedReport } from '../support/stored-report.ts';
import { type StoryClock, type StoryServer, startServer, storyClock } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const GiB = 1024 ** 3;
const STEP_MS = 5 * 60_000;
const HOUR_MS = 12 * STEP_MS;
const silence = {
  lateAfterMs: HOUR_MS,
  lateAfterLinkLossMs: HOUR_MS,
  lostAfterMs: 2 * HOUR_MS,
  tellAfterMs: 3 * HOUR_MS,
};
const settings = { presence: silence };

/** What an earlier process of the server committed: a report every five minutes until now, the clock moving along. */
async function live(t: Test, dataDir: string, deviceId: string, clock: StoryClock, free: (hours: number) => number) {
  const { series } = await openTestSeries(t, { path: join(dataDir, 'series.db'), now: clock.now });
  const metrics = [describe('cpu.busy'), describe('fs.size', '/data'), describe('fs.available', '/data')];
  for (let step = 1; step <= 26 * 12; step += 1) {
    clock.advance(STEP_MS);
    const scaled = [1_000, simDiskBytes, Math.round(free(step / 12))];
    await series.append([storedReport({ at: clock.now(), deviceId, sequence: step, metrics, scaled })]);
  }
  await series.close();
}

const diskOf = ({ fileSystems }: Device): FileSystem['forecast'] =>
  fileSystems.find(({ mountpoint }) => mountpoint === '/data')?.forecast ?? null;

/** What is said of the disk once a date is named. */
const untilNamed = (server: StoryServer, deviceId: string) =>
  until('a date is named', async () => {
    const forecast = diskOf(await server.device(deviceId));
    return forecast && forecast.fullAt !== null && forecast;
  });

/** When it is full by /metrics, seconds since 1970; NaN while no date is named. */
const gaugeOf = (metrics: string): number =>
  Number(/^vigia_filesystem_full_forecast_timestamp_seconds\{.*mountpoint="\/data".*\} (\S+)$/m.exec(metrics)?.[1]);

const forecastsOf = async (server: StoryServer, deviceId: string) =>
  (await server.incidents(deviceId)).filter(({ rule }) => rule === 'disk.forecast');

t.test('what was committed before a start is a forecast after it, on the screen and in /metrics', async (t) => {
  const clock = storyClock();
  const dataDir = tempDir(t);
  const clocks = () => ({ wallMs: clock.now(), monotonicMs: clock.now() - 1e12, bootMs: clock.now() - 1e12 });
  const machine = { availableBytes: () => 90 * GiB };
  const sim = { name: 'db-1', intervalMs: 1_000, machine, clocks, patience: 0.01, bootId: 'boot-1' };

  const enrolling = await startServer(t, { dataDir, clock, settings });
  const enrolled = await startSimAgent({ ...sim, server: enrolling.address, token: await enrolling.token('server') });
  const { deviceId } = enrolled;
  await enrolling.untilDevice(deviceId, 'reports', ({ lastReportAt }) => lastReportAt !== null);
  await enrolled.leave('service_stop');
  await enrolling.app.stop();

  // The day before it is quiet; six hours ago the leak began.
  await live(t, dataDir, deviceId, clock, (hours) => (90 - Math.max(0, hours - 20) * 1.2) * GiB);
  const before = await startServer(t, { dataDir, clock, settings });
  const known = await untilNamed(before, deviceId);
  t.match(
    known.sentence,
    / 72 measurements over 5 h 55 min\)$/,
    'what was committed before the start is known after it',
  );
  t.same(await forecastsOf(before, deviceId), [], 'nobody is told before the "for" is over');

  const fullAtMs = Date.parse(known.fullAt ?? '');
  const truth = clock.now() + ((90 - 6 * 1.2) / 1.2) * HOUR_MS;
  t.ok(Math.abs(fullAtMs - truth) < HOUR_MS, `it says ${known.fullAt}, it is ${new Date(truth).toISOString()}`);
  t.equal(gaugeOf(await before.get('/metrics')), fullAtMs / 1000, '/metrics names the same date');

  await before.app.stop();
  const after = await startServer(t, { dataDir, clock, settings });
  const again = await untilNamed(after, deviceId);
  t.ok(Math.abs(Date.parse(again.fullAt ?? '') - fullAtMs) < HOUR_MS, 'the same date after the next start');
  t.same(await forecastsOf(after, deviceId), [], 'and still nobody is told of it');
});

t.test(
  'a leak is an incident long before the disk is full; a restart changes nothing and a clean-up ends it',
  async (t) => {
    const clock = storyClock();
    const dataDir = tempDir(t);
    const clocks = () => ({ wallMs: clock.now(), monotonicMs: clock.now() - 1e12, bootMs: clock.now() - 1e12 });
    const startedAt = clock.now();
    let isCleaned = false;
    const freeAt = (at: number): number =>
      (isCleaned ? 95 : 90 - Math.max(0, (at - startedAt) / HOUR_MS - 20) * 2) * GiB;
    const machine = { availableBytes: () => freeAt(clock.now()) };
    const sim = { name: 'db-1', intervalMs: 1_000, machine, clocks, patience: 0, bootId: 'boot-1' };

    const enrolling = await startServer(t, { dataDir, clock, settings });
    const token = await enrolling.token('server');
    const enrolled = await startSimAgent({ ...sim, server: enrolling.address, token });
    const { deviceId } = enrolled;
    await enrolling.untilDevice(deviceId, 'reports', ({ lastReportAt }) => lastReportAt !== null);
    await enrolled.leave('service_stop');
    await enrolling.app.stop();
    await live(t, dataDir, deviceId, clock, (hours) => freeAt(startedAt + hours * HOUR_MS));

    /** Lets five minutes pass, and what they bring be reported and judged, until it is so. */
    const passUntil = async (server: StoryServer, holds: () => Promise<boolean>) => {
      for (let step = 0; step < 40; step += 1) {
        if (await holds()) return true;
        clock.advance(STEP_MS);
        const from = clock.now();
        await server.untilDevice(deviceId, 'reports', ({ lastReportAt }) => Date.parse(lastReportAt ?? '') >= from);
        // Judged once a second.
        await new Promise((resolve) => setTimeout(resolve, 1_200));
      }
      return false;
    };
    const first = await startServer(t, { dataDir, clock, settings });
    const agent = await startSimAgent({ ...sim, server: first.address, token, dataDir: enrolled.dataDir });
    const raised = await passUntil(first, async () => (await forecastsOf(first, deviceId)).length > 0);
    t.ok(raised, 'raised');
    const [incident] = await forecastsOf(first, deviceId);
    t.match(incident, { priority: 'medium', state: 'open', object: '/data' });
    t.match(incident?.sentence, /\/data .*full .*2\.\d GB/);
    await agent.leave('service_stop');
    await first.app.stop();

    const second = await startServer(t, { dataDir, clock, settings });
    const again = await startSimAgent({ ...sim, server: second.address, token, dataDir: enrolled.dataDir });
    t.teardown(() => again.stop());
    await passUntil(second, async () => diskOf(await second.device(deviceId))?.fullAt != null);
    t.match(await forecastsOf(second, deviceId), [{ id: incident?.id, state: 'open' }], 'the same one after a restart');
    isCleaned = true;
    const cleared = await passUntil(second, async () => (await forecastsOf(second, deviceId))[0]?.state === 'resolved');
    t.ok(cleared, 'resolved by the clean-up');
  },
);
