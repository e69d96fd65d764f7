import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { agentEnvironment, agentNodeFlags } from '../protocol/wire/agent-flags.ts';
import { metricIn, scrape } from './lib/client.ts';
import { type FleetFolder, makeFleetFolder, sizeOf } from './lib/fleet-folder.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { type MemoryReading, readMemory, readRunSeconds, round } from './lib/process-figures.ts';
import { Relay } from './lib/relay.ts';
import { say } from './lib/say.ts';
import { endWithUs, type ServerProcess, startServer } from './lib/server-process.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const bundle = join(root, 'dist/agent/vigia-agent.mjs');
const SAMPLE_MS = 5_000;
const BUILD_DEADLINE_MS = 120_000;
const runFile = promisify(execFile);

const aims = {
  agentPrivateBytes: 12e6,
  agentRssBytes: 50e6,
  agentCpuSecondsPerHour: 1,
  wireBytesPerReport: 120,
};

/** The real agent, as its service runs it, against a real server over TLS; with `--unreachable` the server goes away. */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['duration', 'interval', 'warm-up', 'unreachable!']);
  const intervalMs = flags.durationMs('interval', '10s');
  const isUnreachable = flags.isSet('unreachable');
  await runFile(process.execPath, [join(root, 'scripts/build.mjs')], { timeout: BUILD_DEADLINE_MS });
  if (!existsSync(bundle)) throw new Error(`there is no ${bundle}`);
  const folder = await makeFleetFolder(0);
  const dataDir = mkdtempSync(join(tmpdir(), 'vigia-bench-agent-'));
  let server: ServerProcess | undefined;
  let relay: Relay | undefined;
  let agent: ChildProcess | undefined;
  try {
    server = await startServer({ dataDir: folder.dataDir, intervalMs, tls: true });
    relay = await Relay.open(server.port);
    await enrol(folder, dataDir, `https://127.0.0.1:${relay.port}`);
    agent = startAgent(dataDir);
    await sleep(flags.durationMs('warm-up', '60s'));
    if (agent.exitCode !== null) throw new Error('the agent ended');
    if (isUnreachable) relay.close();
    say(isUnreachable ? 'the server is out of reach from now on' : 'the agent is warm');
    const measured = await watch(
      agent.pid ?? 0,
      dataDir,
      { server, folder, relay },
      flags.durationMs('duration', '30m'),
    );
    return { failed: false, intervalMs, unreachable: isUnreachable, ...measured, aims };
  } finally {
    agent?.kill('SIGTERM');
    if (agent !== undefined && agent.exitCode === null) await once(agent, 'exit');
    relay?.close();
    await server?.stop();
    folder.remove();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function watch(
  pid: number,
  dataDir: string,
  { server, folder, relay }: { server: ServerProcess; folder: FleetFolder; relay: Relay },
  durationMs: number,
): Promise<object> {
  const reports = async (): Promise<number> =>
    metricIn((await scrape(server.origin, folder.metricsKey)).text, 'vigia_reports_total');
  const [reportsBefore, sentBefore, receivedBefore] = [await reports(), relay.bytesFromAgent, relay.bytesToAgent];
  const [cpuBefore, startedAt] = [readRunSeconds(pid), performance.now()];
  const spoolBefore = sizeOf(join(dataDir, 'spool'));
  const readings: MemoryReading[] = [readMemory(pid)];
  while (performance.now() - startedAt < durationMs) {
    await sleep(SAMPLE_MS);
    readings.push(readMemory(pid));
  }
  const hours = (performance.now() - startedAt) / 3_600_000;
  const cpuSeconds = readRunSeconds(pid) - cpuBefore;
  const counted = (await reports()) - reportsBefore;
  const third = Math.ceil(readings.length / 3);
  const begin = median(readings.slice(0, third).map(({ privateBytes }) => privateBytes));
  const end = median(readings.slice(-third).map(({ privateBytes }) => privateBytes));
  return {
    minutes: round(hours * 60, 1),
    reports: counted,
    agentPrivateBytes: median(readings.map(({ privateBytes }) => privateBytes)),
    agentPrivateBytesMost: Math.max(...readings.map(({ privateBytes }) => privateBytes)),
    agentRssBytes: median(readings.map(({ rssBytes }) => rssBytes)),
    agentPssBytes: median(readings.map(({ pssBytes }) => pssBytes)),
    agentPrivateGrowthBytes: end - begin,
    agentCpuSecondsPerHour: round(cpuSeconds / hours, 2),
    wireBytesPerReport: counted === 0 ? null : round((relay.bytesFromAgent - sentBefore) / counted, 1),
    wireBytesPerReportBack: counted === 0 ? null : round((relay.bytesToAgent - receivedBefore) / counted, 1),
    spoolGrowthBytes: sizeOf(join(dataDir, 'spool')) - spoolBefore,
  };
}

async function enrol(folder: FleetFolder, dataDir: string, address: string): Promise<void> {
  const vigia = ['token', 'create', '--client', 'Bench', '--site', 'Here'];
  const env = { PATH: process.env.PATH, VIGIA_DATA_DIR: folder.dataDir };
  const { stdout } = await runFile(process.execPath, [join(root, 'server/cli/main.ts'), ...vigia], { env });
  await runFile(
    process.execPath,
    [bundle, 'enroll', '--server', address, '--token', stdout.trim(), '--data-dir', dataDir],
    { env: { PATH: process.env.PATH } },
  );
}

function startAgent(dataDir: string): ChildProcess {
  const child = spawn(process.execPath, [...agentNodeFlags, bundle, 'run', '--data-dir', dataDir], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env.PATH, VIGIA_LOG_LEVEL: 'error', ...agentEnvironment },
  });
  endWithUs(child);
  return child;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
