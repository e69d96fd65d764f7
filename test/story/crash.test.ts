import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import { parseSaid } from '../../protocol/said/read.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { defaultSettings } from '../../server/domain/settings.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { freePort } from '../support/free-port.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import { type SimAgent, startSimAgent } from '../support/sim-agent.ts';
import { type KeptReport, storedReports } from '../support/stored-reports.ts';
import { until } from '../support/until.ts';

/**
 * The server is killed with -9 at random moments while agents report, again and again. Afterwards the stored reports must be
 * exactly those that were made, and the stored incidents exactly those that the stored live reports call for.
 */
const KILLS = 12;
const AGENTS = 12;
const INTERVAL_MS = 200;
const GiB = 1024 ** 3;

/** Ten rounds with space, ten without, shifted for each agent. */
const isFull = (agent: number, round: number): boolean => Math.floor((round + agent * 3) / 10) % 2 === 1;

t.setTimeout(900_000);

t.test('kill -9 at 12 random moments loses, doubles and invents nothing', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-crash-'));
  const port = await freePort();
  const disk = {
    ...defaultSettings.disk,
    levels: defaultSettings.disk.levels.map((level) => ({ ...level, forMs: 0 })),
  };
  const start = () => startServerChild({ dataDir, port, settings: { disk } });
  const token = await makeToken(dataDir);

  let server = await start();
  const agents: SimAgent[] = [];
  t.teardown(async () => {
    await server.kill();
    for (const agent of agents) await agent.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  for (let index = 0; index < AGENTS; index += 1) {
    agents.push(
      await startSimAgent({
        server: server.address,
        token,
        name: `sim-${index}`,
        intervalMs: INTERVAL_MS,
        // Back as soon as an agent may be: the story is about the server.
        patience: 0,
        machine: { availableBytes: (round) => (isFull(index, round) ? GiB : 50 * GiB) },
      }),
    );
  }

  for (let kill = 0; kill < KILLS; kill += 1) {
    await sleep(200 + Math.random() * 1_500);
    await server.kill();
    server = await start();
  }

  // Everybody delivers what waits: from here on nothing is lost on the way.
  const made = new Map(agents.map((agent) => [agent.deviceId, agent.rounds()]));
  await until(
    'every report made so far is stored',
    () => {
      const kept = storedReports(join(dataDir, 'series.db'));
      return [...made].every(([deviceId, count]) => {
        // Live reports overtake the backlog, so the newest says nothing of the others.
        const stored = (kept.get(deviceId) ?? [])
          .map(({ sequence }) => sequence)
          .filter((sequence) => sequence <= count);
        return new Set(stored).size === count;
      });
    },
    { deadlineMs: 120_000, everyMs: 2_000 },
  );
  for (const agent of agents) await agent.stop();
  await server.stop();

  const kept = storedReports(join(dataDir, 'series.db'));
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  const all = store.scoped(everyClient);
  for (const [index, agent] of agents.entries()) {
    const reports = (kept.get(agent.deviceId) ?? []).sort((a, b) => a.sequence - b.sequence);
    const sequences = reports.map((report) => report.sequence);
    const madeBefore = made.get(agent.deviceId) ?? 0;
    t.same(
      sequences.filter((sequence) => sequence <= madeBefore),
      Array.from({ length: madeBefore }, (_, at) => at + 1),
      `agent ${index}: each of ${madeBefore} reports is stored once`,
    );
    t.equal(new Set(sequences).size, sequences.length, `agent ${index}: none is stored twice`);

    const incidents = (await all.incidents.list({ state: 'all', deviceId: agent.deviceId, limit: 100 })).items;
    t.same(
      incidents.filter((row) => row.rule !== 'disk.space'),
      [],
      `agent ${index}: no other incident`,
    );
    const history = (await Promise.all(incidents.map((row) => all.incidents.events(row.id)))).flat();
    // What its response clock says of a reopening stands beside the edge.
    const events = history.filter(({ kind }) => kind !== 'clock');
    t.same(
      events.map(({ at, said_json }) => ({ at, isRaise: parseSaid(said_json).key !== 'disk.space.over' })),
      expectedEdges(index, reports),
      `agent ${index}: the edges are those that its live reports call for`,
    );
    const ledger = await all.presence.between(agent.deviceId, 0, Number.MAX_SAFE_INTEGER);
    t.same(
      ledger.filter((row) => row.state !== 'up'),
      [],
      `agent ${index}: the server's own crashes are nobody's downtime`,
    );
  }
  const outbox = await store.db.selectFrom('outbox').select(['idempotency_key', 'delivered_at']).execute();
  const edges = await store.db
    .selectFrom('incident_event')
    .select(['kind', 'said_json'])
    .where('kind', '!=', 'clock')
    .execute();
  // What flaps keeps every change in its history, and is told when it begins and when it is calm.
  const isTold = ({ kind, said_json }: { kind: string; said_json: string }): boolean =>
    kind !== 'changed' || parseSaid(said_json).key.startsWith('flapping');
  t.equal(outbox.length, edges.filter(isTold).length, 'one message per edge that is told');
  t.ok(outbox.length > 0 && outbox.length < edges.length, 'and fewer of what flaps');
  await store.close();
});

/** What the rule says of the live reports, in the order in which the server judged them. */
function expectedEdges(agent: number, reports: readonly KeptReport[]): { at: number; isRaise: boolean }[] {
  const edges: { at: number; isRaise: boolean }[] = [];
  let judgedAt = 0;
  let isRaised = false;
  // What stands at the very first report is a finding of the onboarding, and raises only after it was over once.
  let isFinding: boolean | null = null;
  for (const { backfill, at, sequence } of reports) {
    if (backfill || at <= judgedAt) continue;
    judgedAt = at;
    const full = isFull(agent, sequence);
    isFinding = (isFinding ?? full) && full;
    if (isFinding) continue;
    if (full !== isRaised) edges.push({ at, isRaise: full });
    isRaised = full;
  }
  return edges;
}
