import { join } from 'node:path';
import t from 'tap';
import { restoreBackup } from '../../server/platform/backup/restore-backup.ts';
import { openDataDir } from '../../server/platform/files/data-dir.ts';
import { makeToken } from '../support/offline-token.ts';
import { type SimAgent, startSimAgent } from '../support/sim-agent.ts';
import { storedReports } from '../support/stored-reports.ts';
import { startServer } from '../support/story.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/** `npm run bench -- backup` does it with a thousand. */
const AGENTS = 100;

t.setTimeout(900_000);

t.test('a fleet reports while the server is backed up: what is restored gives the same answers', async (t) => {
  const dataDir = tempDir(t);
  const token = await makeToken(dataDir);
  const server = await startServer(t, { dataDir, reportInterval: '1s' });
  const agents: SimAgent[] = [];
  for (let index = 0; index < AGENTS; index += 1) {
    const machine = { availableBytes: (round: number) => 50 * 1024 ** 3 - (index + round) * 4096 };
    agents.push(
      await startSimAgent({ server: server.address, token, name: `kept-${index}`, intervalMs: 1_000, machine }),
    );
  }
  t.teardown(() => Promise.all(agents.map((agent) => agent.stop())));
  await until('everybody has reported twice', () => agents.every((agent) => agent.rounds() >= 8));

  const file = join(tempDir(t), 'vigia.tar');
  const before = storedReports(join(dataDir, 'series.db'));
  const made = await server.app.services.backup(file);
  const backedUpAt = Date.parse(made.createdAt);
  await until('more has come since', () => agents.every((agent) => agent.rounds() >= 12));

  const restoredDir = tempDir(t);
  const folder = openDataDir(restoredDir);
  await restoreBackup({ file, dataDir: folder.path, replace: false, now: backedUpAt }).finally(() => folder.release());
  const kept = storedReports(join(restoredDir, 'series.db'));
  const lost = [...before].flatMap(([deviceId, reports]) => {
    const there = new Set(kept.get(deviceId)?.map(({ runId, sequence }) => `${runId}:${sequence}`));
    return reports.filter(({ runId, sequence }) => !there.has(`${runId}:${sequence}`));
  });
  t.equal(lost.length, 0, 'every report that was acknowledged before is in it');
  t.equal(kept.size, AGENTS);

  const restored = await startServer(t, { dataDir: restoredDir, reportInterval: '1s' });
  const asked = [0, 1, 50, AGENTS - 1].map((index) => agents[index]!.deviceId);
  for (const id of asked) {
    // Up to the newest report that was surely committed before: each agent's reports are committed in their order.
    const newestAt = Math.max(...(before.get(id) ?? []).map(({ at }) => at));
    const [from, to] = [newestAt - 60_000, newestAt + 1].map((at) => new Date(at).toISOString());
    const range = `from=${from}&to=${to}&step=1000`;
    const paths = [
      `/api/v1/devices/${id}/series?metric=cpu.busy&metric=fs.available[/data]&${range}`,
      `/api/v1/incidents?state=all&device=${id}`,
    ];
    for (const path of paths) t.same(await restored.get(path), await server.get(path), path);
  }
  const fleetOf = async (from: typeof server) =>
    (await from.get('/api/v1/devices?limit=500')).items.map(({ id, name, slug, clientId }: Record<string, string>) => [
      id,
      name,
      slug,
      clientId,
    ]);
  t.same(await fleetOf(restored), await fleetOf(server));
});
