import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { enroll } from '../../agent/identity/enroll.ts';
import type { Device } from '../../protocol/api/view.ts';
import { describe } from '../../protocol/wire/metric.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { openTestSeries } from './open-test-series.ts';
import { type Prometheus, startPrometheus } from './prometheus.ts';
import { simDiskBytes, startSimAgent } from './sim-agent.ts';
import { storedReport } from './stored-report.ts';
import { type StoryClock, type StoryServer, startServer, storyClock } from './story.ts';
import { enrol } from './story-agent.ts';
import { tempDir } from './temp-dir.ts';
import { until } from './until.ts';

/** A client with a contract and a day of history behind it, real machines, trouble, and Prometheus as it is shipped in front. */

const GiB = 1024 ** 3;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const STEPS = 26 * 12;
/** In the night it stood still, and then booted anew. */
const OUTAGE = { from: 120, to: 126 };
const shipped = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

export interface WatchedFleet {
  readonly server: StoryServer;
  readonly prometheus: Prometheus;
  /** The machine with history, as a part of labels. */
  readonly device: string;
  /** When Prometheus began, ms. */
  readonly from: number;
}

/** What an earlier process of the server committed of `db-1` in 26 hours: a disk that leaks, and one outage. */
async function live(t: Pick<Test, 'teardown'>, dataDir: string, deviceId: string, clock: StoryClock) {
  const { series } = await openTestSeries(t as Test, { path: join(dataDir, 'series.db'), now: clock.now });
  const metrics = [describe('cpu.busy'), describe('fs.size', '/data'), describe('fs.available', '/data')];
  const begun = clock.now() - HOUR_MS;
  let boot = { id: 'boot-1', at: begun };
  for (let step = 1; step <= STEPS; step += 1) {
    clock.advance(5 * MINUTE_MS);
    if (step >= OUTAGE.from && step < OUTAGE.to) continue;
    if (step === OUTAGE.to) boot = { id: 'boot-2', at: clock.now() - MINUTE_MS };
    const at = clock.now();
    const bootMs = at - boot.at;
    const free = 40 - Math.max(0, step / 12 - 20) * 1.5;
    await series.append([
      storedReport({
        ...{ at, deviceId, sequence: step, metrics, bootId: boot.id, clockOffsetMs: 0 },
        clocks: { wallMs: at, monotonicMs: bootMs, bootMs },
        scaled: [1_000, simDiskBytes, Math.round(free * GiB)],
      }),
    ]);
  }
  await series.close();
  return boot;
}

async function agree(server: StoryServer, clientId: string): Promise<void> {
  const { items } = await server.get('/api/v1/contract-presets');
  const { terms } = items.find(({ tier }: { tier: string }) => tier === 'premium');
  await done(server, 'PUT', `/api/v1/clients/${clientId}/contract`, { ...terms, startsOn: '2026-01-01', endsOn: null });
}

// biome-ignore lint/suspicious/noExplicitAny: what the API answers
async function done(server: StoryServer, method: string, path: string, body: unknown): Promise<any> {
  const answer = await server.ask(method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
  return answer.body;
}

/** Somebody who called, and a backup that was made each of the last nights. */
async function promise(server: StoryServer, { id: deviceId, clientId }: Device, now: number): Promise<void> {
  await done(server, 'POST', '/api/v1/person-reports', {
    ...{ clientId, siteId: null, deviceId, serviceId: null, incidentId: null, priority: 'high', reporter: 'Bea' },
    ...{ text: 'Bookings are slow.', aboutInfrastructure: true, reportedAt: new Date(now).toISOString() },
  });
  const plan = await done(server, 'POST', '/api/v1/recovery/plans', {
    ...{ clientId, deviceId, serviceId: null, name: 'Nightly', tool: 'command', timeZone: 'UTC', graceMinutes: null },
    ...{ target: { place: 'nas', isOffSite: false }, rpoMinutes: 26 * 60, rtoMinutes: 240, durationMinutes: 30 },
    ...{ rhythm: { kind: 'interval', everyMinutes: 24 * 60 }, closed: { weekdays: [], dates: [] } },
  });
  for (const hours of [51, 27, 3]) {
    const startedAt = now - hours * HOUR_MS;
    await done(server, 'POST', '/api/v1/recovery/points', {
      ...{ planId: plan.id, id: `night-${hours}`, startedAt: new Date(startedAt).toISOString(), exitCode: 0 },
      ...{ finishedAt: new Date(startedAt + 30 * MINUTE_MS).toISOString(), sizeBytes: 5e9 + (51 - hours) * 1e7 },
    });
  }
}

/** The configuration that is shipped, but for where Vigia is and how often it is asked. */
async function startShipped(t: Pick<Test, 'teardown'>, server: StoryServer): Promise<Prometheus> {
  const folder = tempDir(t as Test);
  cpSync(shipped, folder, { recursive: true });
  writeFileSync(join(folder, 'vigia.key'), await server.key('metrics'), { mode: 0o600 });
  const configuration = readFileSync(join(shipped, 'prometheus.yml'), 'utf8')
    .replaceAll('127.0.0.1:8420', new URL(server.address).host)
    .replaceAll(/_interval: (?:30s|1m)$/gm, '_interval: 1s');
  return startPrometheus(t, configuration, folder);
}

/** Enrols `db-1`, which has been here for a day and two hours, with all that it reported. */
async function enrolOld(t: Pick<Test, 'teardown'>, dataDir: string) {
  const enrolling = await startServer(t, { dataDir });
  const token = await enrolling.token('server');
  const machine = { dataDir: tempDir(t as Test), name: 'db-1', machineId: 'db-1', agentVersion: '0.1.0' };
  const { deviceId } = await enroll({ ...machine, server: enrolling.address, token });
  const { clientId } = await enrolling.device(deviceId);
  await agree(enrolling, clientId);
  await enrolling.app.stop();
  const begun = Date.now() - STEPS * 5 * MINUTE_MS;
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  await store.db.updateTable('device').set({ enrolled_at: begun }).where('id', '=', deviceId).execute();
  await store.close();
  const boot = await live(t, dataDir, deviceId, storyClock(begun));
  const start = (server: string) =>
    startSimAgent({
      ...{ server, token, name: 'db-1', intervalMs: 1_000, dataDir: machine.dataDir, bootId: boot.id, patience: 0.01 },
      machine: { availableBytes: () => 31 * GiB },
      clocks: () => ({ wallMs: Date.now(), monotonicMs: Date.now() - boot.at, bootMs: Date.now() - boot.at }),
    });
  return { deviceId, clientId, start };
}

/** A service of `db-1` that was up: a server measures each once a minute, and when it starts. */
async function serve(t: Pick<Test, 'teardown'>, dataDir: string, old: Awaited<ReturnType<typeof enrolOld>>) {
  const server = await startServer(t, { dataDir });
  const { id } = await done(server, 'POST', '/api/v1/services', {
    ...{ clientId: old.clientId, name: 'Bookings', deviceIds: [old.deviceId], needed: 1, checkIds: [] },
    ...{ blocks: null, targetPpm: 990_000 },
  });
  const agent = await old.start(server.address);
  const upMs = async (): Promise<number> => {
    const { items } = await server.get(`/api/v1/availability?period=this_month&service=${id}`);
    return items[0].always.upMs;
  };
  await until('the service was up', async () => (await upMs()) > 0);
  await agent.leave('service_stop');
  await server.app.stop();
}

export async function startWatchedFleet(t: Pick<Test, 'teardown'>): Promise<WatchedFleet> {
  const dataDir = tempDir(t as Test);
  const old = await enrolOld(t, dataDir);
  await serve(t, dataDir, old);
  const presence = {
    lateAfterMs: 2_000,
    lateAfterLinkLossMs: 1_000,
    lostAfterMs: 4_000,
    tellAfterMs: 5_000,
    judgeAfterStartMs: 2_000,
  };
  const server = await startServer(t, { dataDir, settings: { presence } });
  const agent = await old.start(server.address);
  t.teardown(() => agent.stop());
  const [well, ill] = [await enrol(t, server), await enrol(t, server)];
  well.start();
  const victim = ill.start();
  for (const id of [well.deviceId, ill.deviceId]) {
    await server.untilDevice(id, 'reports', ({ lastReportAt }) => lastReportAt !== null);
  }
  const device = await server.untilDevice(old.deviceId, 'reports', ({ state }) => state === 'up');
  await promise(server, device, Date.now());
  await victim.stop('SIGKILL');
  await server.untilDevice(ill.deviceId, 'is lost', ({ state }) => state === 'lost');
  return { server, prometheus: await startShipped(t, server), device: device.slug, from: Date.now() };
}
