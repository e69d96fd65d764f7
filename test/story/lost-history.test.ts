import { createReadStream, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { unpackTar } from 'modern-tar/fs';
import t, { type Test } from 'tap';
import type { Incident, LostHistory, Series } from '../../protocol/api/view.ts';
import { restoreBackup } from '../../server/platform/backup/restore-backup.ts';
import { FORMAT } from '../../server/platform/series/engine/format.ts';
import { freePort } from '../support/free-port.ts';
import { startServerChild } from '../support/server-child.ts';
import { startSimAgent } from '../support/sim-agent.ts';
import { storedReports } from '../support/stored-reports.ts';
import { type StoryServer, startServer, storyClock } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** Hours that were acknowledged and are gone: told once, of whom and from when to when, and never made up. */

t.setTimeout(900_000);

const iso = (ms: number) => new Date(ms).toISOString();
const files = ['series.db', 'series.db-wal', 'series.db-shm'];

function deleteSeries(dataDir: string): void {
  for (const file of files) rmSync(join(dataDir, file), { force: true });
}

const incidentsOf = async (server: StoryServer): Promise<Incident[]> =>
  (await server.get('/api/v1/incidents?state=all')).items.filter(({ rule }: Incident) => rule === 'server.history');
const messagesOf = (server: StoryServer) =>
  server.notices.filter(({ sentence }) => /series\.db|set aside/.test(sentence));
const lostOf = async (server: StoryServer): Promise<LostHistory[]> => (await server.get('/api/v1/storage')).lost;
const warningsOf = async (server: StoryServer): Promise<string[]> =>
  (await server.get('/api/v1/overview')).server.warnings;
const lines = (server: StoryServer) =>
  server.log.filter(({ msg }) => /history that were acknowledged/.test(String(msg)));

async function tellsNothing(t: Test, server: StoryServer, what: string): Promise<void> {
  t.same(await lostOf(server), [], `${what}: no hours`);
  t.same(await warningsOf(server), [], 'no warning');
  t.same([await incidentsOf(server), messagesOf(server), lines(server)], [[], [], []], 'no incident, message or line');
}

/** Waits for the one incident and its one message. */
async function told(server: StoryServer): Promise<Incident> {
  const incident = await until('the incident', async () => (await incidentsOf(server))[0]);
  await until('its message', () => messagesOf(server).length > 0);
  return incident;
}

t.test('the series of a server that was killed are deleted', async (t) => {
  const dataDir = tempDir(t);
  const port = await freePort();
  const first = await startServer(t, { dataDir, environment: { VIGIA_PORT: String(port) } });
  await tellsNothing(t, first, 'a fresh install');
  const token = await first.token('server');
  const { address } = first;
  await first.app.stop();

  const killed = await startServerChild({ dataDir, port });
  t.teardown(() => killed.kill());
  const machine = await startSimAgent({
    server: address,
    token,
    name: 'db-1',
    intervalMs: 200,
    machine: { availableBytes: () => 50 * 1024 ** 3 },
  });
  const { deviceId } = machine;
  const stored = () => storedReports(join(dataDir, 'series.db')).get(deviceId) ?? [];
  await until('44 acknowledged reports', () => stored().length >= 44);
  await killed.kill();
  await machine.leave('shutdown');
  const gone = stored().map(({ at }) => at);
  deleteSeries(dataDir);

  const server = await startServer(t, { dataDir });
  const lost = await lostOf(server);
  t.match(lost, [{ kind: 'missing', deviceId, deviceName: 'db-1' }]);
  t.equal(lost.length, 1);
  const [fromMs = 0, toMs = 0] = [lost[0]?.from, lost[0]?.to].map((time) => Date.parse(time ?? ''));
  t.equal(fromMs, gone[0], 'from the first report');
  t.ok(toMs > (gone.at(-1) ?? 0) && toMs <= Date.now(), 'to beyond the last, but not to after the start');
  t.match((await server.device(deviceId)).lostHistory, [{ kind: 'missing', from: iso(fromMs), to: iso(toMs) }]);
  t.match(await warningsOf(server), [
    /^History is gone, as series\.db was not there .*: db-1 from .* UTC to .* UTC\. /,
  ]);
  t.equal(lines(server).length, 1, 'in the log');
  const incident = await told(server);
  t.match(incident, { priority: 'high', deviceId: null, sentence: /db-1 from/ });
  t.equal(messagesOf(server).length, 1);
  await server.app.stop();

  const again = await startServer(t, { dataDir });
  await again.app.stop();
  const third = await startServer(t, { dataDir });
  t.same(await lostOf(third), lost, 'it is known for good');
  t.equal((await warningsOf(third)).length, 1, 'and stands on the screen');
  t.equal((await incidentsOf(third)).length, 1);
  t.same([messagesOf(again), messagesOf(third), lines(again), lines(third)], [[], [], [], []], 'but is told once');
});

/** What the version before the name of the file left: two machines, thirty hours, in the journal, in blocks and summed up. */
const FIXTURE = new URL('../fixtures/data-folder-series-3.tar.gz', import.meta.url);

interface Known {
  readonly dataDir: string;
  readonly clock: ReturnType<typeof storyClock>;
  /** By device. */
  readonly first: ReadonlyMap<string, number>;
  readonly last: ReadonlyMap<string, number>;
}

async function unpackFixture(t: Test): Promise<Known> {
  const dataDir = tempDir(t);
  await pipeline(createReadStream(FIXTURE), createGunzip(), unpackTar(dataDir));
  const state = new DatabaseSync(join(dataDir, 'state.db'), { readOnly: true });
  const aliveAt = state.prepare("SELECT value_json AS at FROM setting WHERE key = 'server.aliveAt'").get()?.at;
  state.close();
  const reports = storedReports(join(dataDir, 'series.db'));
  const edge = (index: number) =>
    new Map([...reports].map(([deviceId, of]) => [deviceId, of.at(index)?.at ?? Number.NaN]));
  return { dataDir, clock: storyClock(Number(aliveAt) + 60_000), first: edge(0), last: edge(-1) };
}

t.test('history of the format before is read, and nothing is told', async (t) => {
  const { dataDir, clock, first, last } = await unpackFixture(t);
  t.equal(first.size, 2);
  const before = storedReports(join(dataDir, 'series.db'));
  const server = await startServer(t, { dataDir, clock });
  await tellsNothing(t, server, 'an upgrade');
  for (const [deviceId, reports] of before) {
    const range = `from=${iso(first.get(deviceId) ?? 0)}&to=${iso(last.get(deviceId) ?? 0)}&step=1h`;
    const path = `/api/v1/devices/${deviceId}/series?metric=cpu.busy&aggregation=max&${range}`;
    const read = async (): Promise<(number | null)[]> => [...((await server.get(path)) as Series).items[0]!.values];
    // What was late when it came is summed up five minutes later.
    const values = await until('every hour of it', async () => {
      clock.advance(60_000);
      const hours = await read();
      return hours.length >= 30 && hours.every((value) => value !== null) && hours;
    });
    const highest =
      Math.max(...reports.map(({ scaled }) => scaled[0] ?? 0)) / 10 ** (reports[0]?.metrics[0]?.decimals ?? 0);
    t.equal(Math.max(...values.map(Number)), highest);
  }
  await server.app.stop();
  // When a report came is kept in the journal only, until it is sealed.
  const reportsIn = (all: ReturnType<typeof storedReports>) =>
    [...all].map(([deviceId, reports]) => [deviceId, reports.map((report) => ({ ...report, receivedAt: null }))]);
  t.same(reportsIn(storedReports(join(dataDir, 'series.db'))), reportsIn(before), 'not one report less');
  const series = new DatabaseSync(join(dataDir, 'series.db'), { readOnly: true });
  t.equal(series.prepare('PRAGMA user_version').get()?.user_version, FORMAT);
  series.close();
  const again = await startServer(t, { dataDir, clock });
  await tellsNothing(t, again, 'a normal start');
});

t.test('what was there is compared with what is there', async (t) => {
  const known = await unpackFixture(t);
  const { dataDir, clock, first, last } = known;
  const server = await startServer(t, { dataDir, clock });
  const backup = join(tempDir(t), 'backup.tar');
  await server.app.services.backup(backup);
  await server.app.stop();

  const isAll = (t: Test, lost: readonly LostHistory[], kind: string) => {
    t.equal(lost.length, 2);
    for (const { deviceId, from, to, ...rest } of lost) {
      t.match(rest, { kind });
      t.equal(Date.parse(from ?? ''), first.get(deviceId ?? ''));
      t.equal(Date.parse(to ?? ''), (last.get(deviceId ?? '') ?? 0) + 1, 'to the last report: the server had saved it');
    }
  };

  await t.test('a backup that was restored lacks nothing', async (t) => {
    const folder = tempDir(t);
    await restoreBackup({ file: backup, dataDir: folder, replace: false, now: Date.now() });
    const restored = await startServer(t, { dataDir: folder, clock });
    await tellsNothing(t, restored, 'a backup');
  });

  await t.test('a file that is no database stops the start; once it is moved away, all of it is told', async (t) => {
    const folder = (await unpackFixture(t)).dataDir;
    deleteSeries(folder);
    writeFileSync(join(folder, 'series.db'), 'x'.repeat(10_000));
    await t.rejects(startServer(t, { dataDir: folder, clock }), { code: 'database_damaged', message: /Move it/ });
    renameSync(join(folder, 'series.db'), join(folder, 'garbage'));
    const started = await startServer(t, { dataDir: folder, clock });
    isAll(t, await lostOf(started), 'missing');
    t.match(await told(started), { sentence: /^History is gone, as series\.db was not there/ });
  });

  await t.test('a file of a format that is no longer read is set aside, and all of it is told', async (t) => {
    const folder = (await unpackFixture(t)).dataDir;
    deleteSeries(folder);
    const old = new DatabaseSync(join(folder, 'series.db'));
    old.exec('CREATE TABLE raw (id INTEGER); PRAGMA user_version = 2');
    old.close();
    const started = await startServer(t, { dataDir: folder, clock });
    t.ok(existsSync(join(folder, 'series.db.old')));
    isAll(t, await lostOf(started), 'set_aside');
    t.match(await told(started), { sentence: /^History cannot be read any more, .* was set aside: / });
    t.equal(messagesOf(started).length, 1);
  });

  await t.test('an older copy in its place lacks what came since', async (t) => {
    const folder = (await unpackFixture(t)).dataDir;
    const series = new DatabaseSync(join(folder, 'series.db'));
    const [deviceId] = [...first.keys()];
    const host = series.prepare('SELECT id FROM host WHERE device_id = ?').get(deviceId as string)?.id as number;
    // As it was before its newest blocks.
    const cut = (first.get(deviceId as string) ?? 0) + 10 * 3_600_000;
    series.prepare('DELETE FROM raw WHERE last_at >= ?').run(cut);
    series.exec('DELETE FROM journal; DELETE FROM five_minute; DELETE FROM hour');
    series.exec("UPDATE sqlite_sequence SET seq = 3 WHERE name = 'journal'");
    const held = series.prepare('SELECT max(last_at) AS at FROM raw WHERE host = ?').get(host)?.at as number;
    series.close();
    const started = await startServer(t, { dataDir: folder, clock });
    const lost = await lostOf(started);
    t.equal(lost.length, 2);
    t.match(
      lost.find((loss) => loss.deviceId === deviceId),
      { kind: 'older', from: iso(held + 1), to: iso((last.get(deviceId as string) ?? 0) + 1) },
    );
    await told(started);
    await started.app.stop();
    // And then it is lost altogether: what was told is not told again.
    deleteSeries(folder);
    const later = await startServer(t, { dataDir: folder, clock });
    const all = (await lostOf(later)).filter((loss) => loss.deviceId === deviceId);
    t.match(all, [
      { kind: 'missing', from: iso(first.get(deviceId as string) ?? 0), to: iso(held + 1) },
      { kind: 'older', from: iso(held + 1) },
    ]);
    t.equal(lines(later).length, 2, 'a line for each machine');
    await until('another message', () => messagesOf(later).length === 1);
    t.equal((await incidentsOf(later)).length, 1, 'of the same incident');
  });

  await t.test('a damaged block', async (t) => {
    const folder = (await unpackFixture(t)).dataDir;
    const series = new DatabaseSync(join(folder, 'series.db'));
    const { id } = series.prepare('SELECT id FROM raw ORDER BY id LIMIT 1').get() as { id: number };
    series.exec(`UPDATE raw SET data = zeroblob(length(data)) WHERE id = ${id}; DELETE FROM meta`);
    series.close();
    const started = await startServer(t, { dataDir: folder, clock });
    const [loss] = await until('it is found', async () => (await lostOf(started)).length > 0 && lostOf(started));
    t.match(loss, { kind: 'damaged' });
    t.match(await told(started), { priority: 'medium', sentence: /^Stored history was damaged and set aside: / });
    await started.app.stop();
    const again = await startServer(t, { dataDir: folder, clock });
    t.same([messagesOf(again), lines(again)], [[], []], 'told once');
    t.match(await warningsOf(again), [/damaged/]);
  });
  t.ok(readdirSync(dataDir).includes('series.db'));
});
