import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import type { Incident, Overview } from '../../protocol/api/view.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { defaultSettings } from '../../server/domain/settings.ts';
import { createApiKeys } from '../../server/platform/security/api-keys.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { freePort } from '../support/free-port.ts';
import { besideOf, smallDisk } from '../support/mount.ts';
import { makeToken } from '../support/offline-token.ts';
import { startServerChild } from '../support/server-child.ts';
import type { ServerLook } from '../support/server-look.ts';
import { type SimAgent, startSimAgent } from '../support/sim-agent.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

/**
 * Both databases of the server lie on a small file system that fills to the last byte while agents report, stays full for longer
 * than an incident needs, and is freed again.
 */
const AGENTS = 4;
const INTERVAL_MS = 500;
/** An incident opens after 30 s without storing; rounds are never closer to one another than their interval. */
const FULL_FOR_ROUNDS = 35_000 / INTERVAL_MS;
const GiB = 1024 ** 3;
const lookEntry = fileURLToPath(new URL('../support/server-look.ts', import.meta.url));

t.setTimeout(900_000);

t.test(
  'the disk of the server fills: nothing is lost, it says so of itself alone, and goes on by itself',
  async (t) => {
    const prepared = tempDir(t);
    const token = await makeToken(prepared);
    const key = await readerKey(prepared);
    const disk = smallDisk(t);
    t.comment(`the disk is of the kind "${disk.kind}"`);
    const dataDir = join(disk.mountpoint, 'vigia-data');
    const presence = { ...defaultSettings.presence, tellAfterMs: 1_000 };
    const copied = ['sh', '-c', 'cp -a "$1" "$2" && shift 2 && exec "$@"', 'sh', prepared, dataDir];
    const server = await startServerChild({ dataDir, port: await freePort(), settings: { presence } }, (command) =>
      disk.wrap([...copied, ...command]),
    );
    const seen = join(`/proc/${server.process.pid}/root`, dataDir);
    const agents: SimAgent[] = [];
    t.teardown(async () => {
      for (const agent of agents) await agent.stop();
      await server.kill();
    });
    for (let index = 0; index < AGENTS; index += 1) {
      const machine = { availableBytes: () => 50 * GiB };
      agents.push(
        await startSimAgent({
          server: server.address,
          token,
          name: `sim-${index}`,
          intervalMs: INTERVAL_MS,
          patience: 0.05,
          machine,
        }),
      );
    }
    const get = async (path: string) => {
      const response = await fetch(server.address + path, { headers: { authorization: `Bearer ${key}` } });
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      return response.json();
    };
    const warnings = async () => ((await get('/api/v1/overview')) as Overview).server.warnings;
    const incidents = async () => ((await get('/api/v1/incidents?state=all')) as { items: Incident[] }).items;
    const look = (): ServerLook => {
      const command = besideOf(disk, server.process.pid ?? 0, [process.execPath, lookEntry, dataDir]);
      return JSON.parse(execFileSync(command[0] ?? '', command.slice(1), { encoding: 'utf8' }));
    };
    await until('all agents are stored', () => Object.keys(look().sequences).length === AGENTS);
    t.same(await warnings(), []);

    const filler = join(seen, 'filler');
    fill(filler);
    await until('the warning', async () => (await warnings()).some((one) => /cannot store reports/.test(one)));
    // What SQLite had reserved is used up by now, or will be: the rest of the time nothing more is stored.
    const madeWhileFull = agents.map((agent) => agent.rounds());
    const untilMore = (count: number) =>
      until(`${count} rounds of each`, () =>
        agents.every((agent, index) => agent.rounds() >= (madeWhileFull[index] ?? 0) + count),
      );
    await untilMore(FULL_FOR_ROUNDS / 2);
    fill(filler);
    const storedWhileFull = look().sequences;
    await untilMore(FULL_FOR_ROUNDS);
    t.same(look().sequences, storedWhileFull, 'nothing is stored');
    t.equal(server.process.exitCode, null, 'it runs on');
    t.match(await warnings(), [/^The server cannot (store reports|write its state)/], 'and says what is wrong');

    rmSync(filler);
    const made = agents.map((agent) => agent.rounds());
    await until(
      'everything that agents kept is stored',
      () => {
        const { sequences } = look();
        return agents.every(({ deviceId }, index) => isWhole(new Set(sequences[deviceId]), made[index] ?? 0));
      },
      { deadlineMs: 180_000, everyMs: 500 },
    );
    await until('the incident about the server is over', async () =>
      (await incidents()).some(({ rule, state }) => rule === 'server.blind' && state === 'resolved'),
    );
    t.same(await warnings(), []);
    t.match(await incidents(), [{ rule: 'server.blind', deviceId: null, priority: 'high' }]);
    t.equal((await incidents()).length, 1, 'and none about anybody else');
    const { sequences, told } = look();
    for (const stored of Object.values(sequences))
      t.equal(new Set(stored).size, stored.length, 'nothing is stored twice');
    t.same(told, [], 'everybody was told from memory while it went on, and needs no second message');
  },
);

function isWhole(sequences: ReadonlySet<number>, count: number): boolean {
  for (let sequence = 1; sequence <= count; sequence += 1) if (!sequences.has(sequence)) return false;
  return true;
}

async function readerKey(dataDir: string): Promise<string> {
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  const made = { name: 'story', role: 'viewer', clientId: null, createdBy: 'test' } as const;
  const { key } = await createApiKeys(store, Date.now).create(store.scoped(everyClient), made);
  await store.close();
  return key;
}

/** Takes every byte that is left. */
function fill(path: string): void {
  const file = openSync(path, 'a');
  try {
    for (;;) writeSync(file, Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(file);
  }
}
