import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { askLocalSocket } from '../server/cli/local-socket.ts';
import { socketAddress } from '../server/platform/files/data-dir.ts';
import { walkKeptReports } from '../test/support/kept-reports.ts';
import { metricIn, scrape } from './lib/client.ts';
import { type FleetFolder, makeFleetFolder } from './lib/fleet-folder.ts';
import { PAST_RUN, writePast } from './lib/fleet-past.ts';
import { LoadProcesses } from './lib/load-process.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { say } from './lib/say.ts';
import { type ServerProcess, startServer } from './lib/server-process.ts';

const CONNECT_DEADLINE_MS = 240_000;
const SETTLE_DEADLINE_MS = 300_000;
const BACK_DEADLINE_MS = 60_000;
/** The kill comes at a random moment of this stretch after agents are heard again. */
const KILL_WITHIN_MS = 3_000;
/** Agents that wait as they should would be away for half a minute after most kills. */
const RECONNECT_AFTER_MS = 200;
/** A backup that is to be cut off began at most so long ago. */
const BACKUP_WITHIN_MS = 300;
const BACKUP_EVERY = 4;
/** The shortest that a user may set: most of the past is to be expired. */
const environment = { VIGIA_RETENTION_RAW: '2d', VIGIA_RETENTION_5MIN: '2d', VIGIA_RETENTION_1H: '2d' };

const aims = { lostReports: 0, doubledReports: 0, startToReadyMs: 3_000 };

/**
 * The server is killed with -9 at random moments while agents report, and started again, over and over; it always has a past to
 * roll up and to expire, and chains to seal, and is being backed up at some of the kills.
 */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['kills', 'agents', 'interval', 'past-days']);
  const kills = flags.count('kills', 200);
  const agents = flags.count('agents', 100);
  const intervalMs = flags.durationMs('interval', '200ms');
  const folder = await makeFleetFolder(agents);
  const cleanUp: (() => Promise<void>)[] = [];
  try {
    const pastReports = await writePast(folder, flags.count('past-days', 6));
    say(`${agents} devices with ${pastReports} reports of the past are in ${folder.dataDir}`);
    const start = (port: number): Promise<ServerProcess> =>
      startServer({ dataDir: folder.dataDir, intervalMs, tls: true, port, environment });
    let server = await start(0);
    cleanUp.push(() => server.kill());
    const { host, port } = server;
    const load = new LoadProcesses({
      host,
      port,
      intervalMs,
      agents,
      processes: 1,
      reconnectAfterMs: RECONNECT_AFTER_MS,
    });
    cleanUp.push(() => load.close());
    await load.connect(400, CONNECT_DEADLINE_MS);
    await load.report();
    const starts: number[] = [];
    /** Kills before which that was seen to go on since the start: of expiry a part only, as new blocks hide it. */
    const amid = { sealing: 0, rollingUp: 0, expiring: 0, backup: 0 };
    const startedAt = performance.now();
    for (let kill = 0; kill < kills; kill += 1) {
      const before = await blocksHeld(server, folder);
      await untilHeard(load);
      await sleep(Math.random() * KILL_WITHIN_MS);
      const backup = kill % BACKUP_EVERY === 0 ? startBackup(folder) : null;
      if (backup !== null) await sleep(Math.random() * BACKUP_WITHIN_MS);
      const after = await blocksHeld(server, folder);
      await server.kill();
      if (after.raw > before.raw) amid.sealing += 1;
      if (after.fiveMinute > before.fiveMinute) amid.rollingUp += 1;
      if (after.raw < before.raw || after.fiveMinute < before.fiveMinute) amid.expiring += 1;
      if (backup !== null && !(await backup)) amid.backup += 1;
      server = await start(port);
      starts.push(server.startToReadyMs);
      if ((kill + 1) % 10 === 0) say(`${kill + 1} kills, the last start took ${Math.round(server.startToReadyMs)} ms`);
    }
    const tookSeconds = Math.round((performance.now() - startedAt) / 1000);
    const settled = await load.settle(SETTLE_DEADLINE_MS);
    await load.close();
    const { text } = await scrape(server.origin, folder.metricsKey);
    const damagedParts = metricIn(text, 'vigia_storage_damaged_parts');
    const serverLog = server.log();
    await server.stop();
    const { doubled, kept, past } = countKept(folder);
    const missing = Math.max(0, settled.acknowledgedEver - kept);
    const sorted = starts.toSorted((a, b) => a - b);
    const lostReports = missing + settled.unacknowledged + settled.dropped;
    return {
      failed: lostReports > 0 || doubled > 0 || damagedParts > 0,
      kills,
      agents,
      intervalMs,
      tookSeconds,
      acknowledgedReports: settled.acknowledgedEver,
      keptReports: kept,
      lostReports,
      doubledReports: doubled,
      damagedParts,
      startToReadyMs: { median: Math.round(sorted[sorted.length >> 1] ?? 0), worst: Math.round(sorted.at(-1) ?? 0) },
      killsAmid: amid,
      pastReports,
      expiredReports: pastReports - past,
      serverLog,
      aims,
    };
  } finally {
    for (const step of cleanUp.reverse()) await step();
    folder.remove();
  }
}

async function untilHeard(load: LoadProcesses): Promise<void> {
  const until = Date.now() + BACK_DEADLINE_MS;
  const before = (await load.figures()).acknowledgedEver;
  while ((await load.figures()).acknowledgedEver === before) {
    if (Date.now() > until) throw new Error('no agent was acknowledged anything after the start');
    await sleep(20);
  }
}

async function blocksHeld({ origin }: ServerProcess, { metricsKey }: FleetFolder) {
  const { text } = await scrape(origin, metricsKey);
  const held = (resolution: string): number => metricIn(text, `vigia_storage_blocks{resolution="${resolution}"}`);
  return { raw: held('raw'), fiveMinute: held('fiveMinute') };
}

/** True if it was whole before the server ended. */
async function startBackup({ dataDir }: FleetFolder): Promise<boolean> {
  const scratch = mkdtempSync(join(dataDir, 'backup-'));
  const { path, close } = socketAddress(dataDir);
  try {
    await askLocalSocket(path, { operation: 'backup.create', input: { file: join(scratch, 'vigia.tar') } });
    return true;
  } catch (cause) {
    say(`a backup was cut off: ${cause instanceof Error ? cause.message : String(cause)}`);
    return false;
  } finally {
    close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Reports of the load by device, run and sequence: each is to be there once. */
function countKept({ dataDir }: FleetFolder) {
  const seen = new Set<string>();
  let doubled = 0;
  let past = 0;
  walkKeptReports(join(dataDir, 'series.db'), ({ deviceId, runId, sequence }) => {
    if (runId === PAST_RUN) {
      past += 1;
      return;
    }
    const name = `${deviceId} ${runId} ${sequence}`;
    if (seen.has(name)) doubled += 1;
    seen.add(name);
  });
  return { doubled, kept: seen.size, past };
}
