import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { freePort } from '../support/free-port.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import { type SimAgent, startSimAgent } from '../support/sim-agent.ts';
import { storedReports } from '../support/stored-reports.ts';
import { until } from '../support/until.ts';

const AGENTS = 200;
const ROUNDS = 40;

t.setTimeout(900_000);

t.test('200 agents at one second: every report of forty rounds is stored once', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-load-'));
  const token = await makeToken(dataDir);
  const server = await startServerChild({ dataDir, port: await freePort() });
  const agents: SimAgent[] = [];
  t.teardown(async () => {
    await server.kill();
    for (const agent of agents) await agent.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  for (let index = 0; index < AGENTS; index += 1) {
    const machine = { availableBytes: (round: number) => 50 * 1024 ** 3 - round * 4096 };
    agents.push(
      await startSimAgent({ server: server.address, token, name: `load-${index}`, intervalMs: 1_000, machine }),
    );
  }
  await until('forty rounds of each', () => agents.every((agent) => agent.rounds() >= ROUNDS), {
    deadlineMs: 300_000,
    everyMs: 500,
  });
  const rounds = agents.map((agent) => agent.rounds());
  const storedOf = (kept: ReturnType<typeof storedReports>, agent: SimAgent) =>
    (kept.get(agent.deviceId) ?? []).map(({ sequence }) => sequence);
  await until(
    'what was made by now is there',
    () => {
      const kept = storedReports(join(dataDir, 'series.db'));
      return agents.every(
        (agent, index) => storedOf(kept, agent).filter((one) => one <= rounds[index]!).length >= rounds[index]!,
      );
    },
    { everyMs: 1_000 },
  );
  await server.stop();

  const kept = storedReports(join(dataDir, 'series.db'));
  let lost = 0;
  let doubled = 0;
  for (const [index, agent] of agents.entries()) {
    const stored = storedOf(kept, agent);
    const distinct = new Set(stored);
    doubled += stored.length - distinct.size;
    for (let sequence = 1; sequence <= (rounds[index] ?? 0); sequence += 1) if (!distinct.has(sequence)) lost += 1;
  }
  const total = rounds.reduce((sum, count) => sum + count, 0);
  t.ok(total >= AGENTS * ROUNDS, `${total} reports were made`);
  t.equal(lost, 0, 'lost');
  t.equal(doubled, 0, 'doubled');
});
