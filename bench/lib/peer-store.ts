import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from './client.ts';
import { sizeOf } from './fleet-folder.ts';
import { readCpu, readMemory } from './process-figures.ts';
import { endWithUs } from './server-process.ts';

/** Another store that takes remote write, to be fed the same samples on the same machine in the same run. */
interface Peer {
  readonly program: string;
  readonly arguments: (folder: string, port: number) => readonly string[];
  readonly writePath: string;
  /** Brings what it holds into its final form and returns the bytes of that. */
  readonly compact: (origin: string, folder: string) => Promise<number>;
}

const START_DEADLINE_MS = 30_000;
const REST_MS = 3_000;

export const peers = {
  victoriaMetrics: {
    program: '/usr/bin/victoria-metrics',
    arguments: (folder, port) => [
      `-storageDataPath=${folder}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      '-retentionPeriod=5y',
      '-loggerLevel=ERROR',
    ],
    writePath: '/api/v1/write',
    async compact(origin, folder) {
      await ask(`${origin}/internal/force_flush`);
      await ask(`${origin}/internal/force_merge`);
      return settledSize(join(folder, 'data'));
    },
  },
  prometheus: {
    program: '/usr/bin/prometheus',
    arguments: (folder, port) => [
      `--storage.tsdb.path=${folder}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-remote-write-receiver',
      '--web.enable-admin-api',
      '--storage.tsdb.retention.time=5y',
      '--log.level=error',
      '--config.file=/dev/null',
    ],
    writePath: '/api/v1/write',
    // A snapshot holds the samples as blocks, which they otherwise become after hours; the journal stays apart.
    async compact(origin, folder) {
      await ask(`${origin}/api/v1/admin/tsdb/snapshot`, { method: 'POST' });
      const snapshots = join(folder, 'snapshots');
      return readdirSync(snapshots).reduce((sum, name) => sum + sizeOf(join(snapshots, name)), 0);
    },
  },
} as const satisfies Record<string, Peer>;

export type PeerName = keyof typeof peers;

export function isInstalled(name: PeerName): boolean {
  return existsSync(peers[name].program);
}

export interface PeerProcess {
  readonly version: string;
  write(body: Uint8Array): Promise<void>;
  /** CPU since it was ready, memory and bytes on disk, before and after it is compacted. */
  finish(): Promise<{
    cpuSeconds: number;
    rssBytes: number;
    freshBytes: number;
    compactCpuSeconds: number;
    bytes: number;
  }>;
  end(): Promise<void>;
}

export async function startPeer(name: PeerName): Promise<PeerProcess> {
  const { program, arguments: argumentsOf, writePath, compact } = peers[name] as Peer;
  const folder = mkdtempSync(join(tmpdir(), 'vigia-bench-peer-'));
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  const child = spawn(program, argumentsOf(folder, port), { stdio: 'ignore' });
  endWithUs(child);
  const gone = once(child, 'exit');
  await answering(origin, child);
  const pid = child.pid ?? 0;
  const before = readCpu(pid).seconds;
  const agent = new Agent({ keepAlive: true });
  return {
    version: versionOf(program),
    write: (body) => post(`${origin}${writePath}`, body, agent),
    async finish() {
      await sleep(REST_MS);
      const cpuSeconds = readCpu(pid).seconds - before;
      const { rssBytes } = readMemory(pid);
      const freshBytes = sizeOf(folder);
      const bytes = await compact(origin, folder);
      return { cpuSeconds, rssBytes, freshBytes, bytes, compactCpuSeconds: readCpu(pid).seconds - before - cpuSeconds };
    },
    async end() {
      agent.destroy();
      child.kill('SIGKILL');
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function versionOf(program: string): string {
  const option = program.endsWith('prometheus') ? '--version' : '-version';
  const { stdout, stderr } = spawnSync(program, [option], { encoding: 'utf8' });
  return `${stdout}${stderr}`.trim().split('\n')[0] ?? 'unknown';
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port is free');
  return address.port;
}

async function answering(origin: string, child: ChildProcess): Promise<void> {
  const until = Date.now() + START_DEADLINE_MS;
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
    const answer = await ask(`${origin}/-/ready`).catch(() => null);
    const other = answer?.status === 200 ? answer : await ask(`${origin}/health`).catch(() => null);
    if (other?.status === 200) return;
    if (Date.now() > until) throw new Error(`${origin} did not get ready`);
    await sleep(100);
  }
}

/** Merging goes on after it is asked for: waits until the size stands still. */
async function settledSize(folder: string): Promise<number> {
  const until = Date.now() + START_DEADLINE_MS;
  let size = sizeOf(folder);
  for (;;) {
    await sleep(REST_MS);
    const next = sizeOf(folder);
    if (next === size || Date.now() > until) return next;
    size = next;
  }
}

function post(url: string, body: Uint8Array, agent: Agent): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'snappy',
    'x-prometheus-remote-write-version': '0.1.0',
    'content-length': body.length,
  };
  const sent = request(url, { method: 'POST', headers, agent, timeout: START_DEADLINE_MS }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('end', () => {
      const status = response.statusCode ?? 0;
      if (status < 300) resolve();
      else reject(new Error(`${url} answered ${status}: ${Buffer.concat(chunks).toString().slice(0, 300)}`));
    });
  });
  sent.on('timeout', () => sent.destroy(new Error(`${url} did not answer in time`)));
  sent.on('error', reject);
  sent.end(body);
  return promise;
}
