import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ask } from './lib/client.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { readCpu, round } from './lib/process-figures.ts';
import { say } from './lib/say.ts';
import { startServer } from './lib/server-process.ts';
import { fleetFlags, withFleet } from './lib/start-fleet.ts';

const entry = fileURLToPath(new URL('../server/cli/main.ts', import.meta.url));
const DEVICES_COMPARED = 50;
const SETTLED_MS = 5_000;

/** All agents report while `vigia backup` runs; then `vigia restore` elsewhere, a second server on it, and the answers of both. */
export function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, fleetFlags);
  return withFleet(
    flags,
    { agents: 1_000, warmUp: '30s' },
    async ({ agents, intervalMs, folder, server, load, dashboard }) => {
      const scratch = mkdtempSync(join(tmpdir(), 'vigia-bench-backup-'));
      const file = join(scratch, 'vigia.tar');
      const restoredDir = join(scratch, 'restored');
      try {
        await load.begin();
        const cpuBefore = readCpu(server.pid);
        const startedAt = performance.now();
        const made = (await vigia(['backup', file], folder.dataDir)) as { createdAt: string };
        const backupMs = performance.now() - startedAt;
        const cpuSeconds = readCpu(server.pid).seconds - cpuBefore.seconds;
        await sleep(intervalMs * 3);
        await vigia(['restore', file], restoredDir);
        const restored = await startServer({ dataDir: restoredDir, intervalMs, tls: true });
        let differing = 0;
        try {
          // What was measured just before may have been committed after the copy.
          const to = new Date(Date.parse(made.createdAt) - SETTLED_MS).toISOString();
          const from = new Date(Date.parse(to) - 20_000).toISOString();
          const step = Math.max(1, Math.floor(agents / DEVICES_COMPARED));
          for (let index = 0; index < agents; index += step) {
            const path = `/api/v1/devices/${folder.deviceIds[index]}/series?metric=cpu.busy&from=${from}&to=${to}&step=1000`;
            const headers = { cookie: dashboard.cookie };
            const [live, copy] = await Promise.all([
              ask(`${server.origin}${path}`, { headers }),
              ask(`${restored.origin}${path}`, { headers }),
            ]);
            if (live.status !== 200) throw new Error(`${path} answered ${live.status}: ${live.body.toString()}`);
            if (!live.body.equals(copy.body)) differing += 1;
          }
        } finally {
          await restored.kill();
        }
        say('both servers were asked');
        const settled = await load.settle(120_000);
        const lostReports = settled.unacknowledged + settled.dropped;
        return {
          failed: differing > 0 || lostReports > 0,
          agents,
          intervalMs,
          backupMs: round(backupMs, 0),
          backupBytes: statSync(file).size,
          serverCpuSecondsMeanwhile: round(cpuSeconds, 2),
          devicesDiffering: differing,
          lostReports,
          aims: { devicesDiffering: 0, lostReports: 0 },
        };
      } finally {
        rmSync(scratch, { recursive: true, force: true });
      }
    },
  );
}

async function vigia(args: readonly string[], dataDir: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [entry, ...args, '--json'], {
    env: { PATH: process.env.PATH, VIGIA_DATA_DIR: dataDir },
    timeout: 300_000,
  });
  return JSON.parse(stdout);
}
