import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figures, readFlags } from './lib/options.ts';
import { readCpu, round } from './lib/process-figures.ts';
import { startServer } from './lib/server-process.ts';

const aims = { serverCores: 0.006 };

/** A server to which nobody has come: what it takes of a processor, and how often it wakes. */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['duration', 'warm-up']);
  const durationMs = flags.durationMs('duration', '60s');
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-idle-'));
  const server = await startServer({ dataDir, intervalMs: 10_000, tls: false });
  try {
    await sleep(flags.durationMs('warm-up', '25s'));
    const before = { cpu: readCpu(server.pid).seconds, wakes: wakesOf(server.pid), atMs: performance.now() };
    await sleep(durationMs);
    const seconds = (performance.now() - before.atMs) / 1000;
    return {
      seconds: round(seconds, 1),
      serverCores: round((readCpu(server.pid).seconds - before.cpu) / seconds, 4),
      wakesPerSecond: round((wakesOf(server.pid) - before.wakes) / seconds, 1),
      aims,
    };
  } finally {
    await server.stop();
    rmSync(dataDir, { recursive: true });
  }
}

/** How often its threads have waited for something and gone on, since it started. */
function wakesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((task) => readFileSync(`/proc/${pid}/task/${task}/status`, 'utf8'))
    .reduce((sum, status) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1] ?? 0), 0);
}
