import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownSeries } from '../server/app/own-series.ts';
import type { EmbeddedSeries } from '../server/platform/series/embedded-series.ts';
import { openSeries } from '../server/platform/series/open-series.ts';
import { openStore } from '../server/platform/store/store.ts';
import { CURSOR_SETTING } from '../server/watch/saved-memories.ts';
import { type FleetFolder, makeFleetFolder } from './lib/fleet-folder.ts';
import { generate } from './lib/generated-series.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { readCpu, round } from './lib/process-figures.ts';
import { say } from './lib/say.ts';
import { startServer } from './lib/server-process.ts';

const BATCH = 2_500;
/** A host's first chain has 61 to 120 reports, then they have 120: after so many, all chains are at their longest, 60 to 119. */
const REPORTS = 180;
/** The server saves what it knows of devices so often; what came later is replayed. */
const SNAPSHOT_MS = 30_000;

const aims = { startToReadyMs: 3_000 };

/**
 * The real server's start on what kill -9 leaves behind when the journal is as full as it gets, several times over the same files,
 * from the start of the process until it takes agents.
 */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['hosts', 'interval', 'rounds']);
  const hosts = flags.count('hosts', 10_000);
  const intervalMs = flags.durationMs('interval', '10s');
  const rounds = flags.count('rounds', 5);
  const folder = await makeFleetFolder(hosts);
  const left = mkdtempSync(join(tmpdir(), 'vigia-bench-left-'));
  try {
    say(`${hosts} devices are enrolled in ${folder.dataDir}`);
    const unseen = Math.min(REPORTS - 1, Math.ceil(SNAPSHOT_MS / intervalMs));
    const usage = await leaveBehind(folder, left, intervalMs, unseen);
    say(`${usage.journalBytes} bytes of journal and ${usage.openReports} open reports were left behind`);
    const starts: number[] = [];
    const cpuSeconds: number[] = [];
    for (let nth = 0; nth < rounds; nth += 1) {
      for (const file of files) copy(join(left, file), join(folder.dataDir, file));
      const server = await startServer({ dataDir: folder.dataDir, intervalMs, tls: true });
      cpuSeconds.push(readCpu(server.pid).seconds);
      await server.kill();
      starts.push(server.startToReadyMs);
      say(`start ${nth + 1} took ${Math.round(server.startToReadyMs)} ms`);
    }
    starts.sort((a, b) => a - b);
    cpuSeconds.sort((a, b) => a - b);
    const of = (place: number): number => round(starts[place] ?? Number.NaN, 0);
    return {
      hosts,
      intervalMs,
      rounds,
      ...usage,
      replayedReports: unseen * hosts,
      /** Of all threads, which the machine's other work changes less than the wall. */
      cpuSecondsToReady: round(cpuSeconds[0] ?? Number.NaN, 2),
      startToReadyMs: { best: of(0), median: of(rounds >> 1), worst: of(rounds - 1) },
      aims,
    };
  } finally {
    rmSync(left, { recursive: true, force: true });
    folder.remove();
  }
}

const files = ['state.db', 'series.db'].flatMap((file) => [file, `${file}-wal`, `${file}-shm`]);

/** Fills `left` with the databases of a server that was killed: the newest reports of every device were not evaluated any more. */
async function leaveBehind(folder: FleetFolder, left: string, intervalMs: number, unseen: number) {
  const { dataDir, deviceIds } = folder;
  const hosts = deviceIds.length;
  const toMs = Date.now();
  const fromMs = toMs - REPORTS * intervalMs;
  let now = fromMs;
  const path = join(left, 'series.db');
  const series = await openSeries({
    ...ownSeries,
    path,
    now: () => now,
    onFatal: (cause) => {
      throw cause;
    },
  });
  try {
    let written = 0;
    let position = 0;
    let seen = 0;
    for (const group of generate({ hosts, deviceIds, fromMs, toMs, intervalMs }, BATCH)) {
      now = group.at(-1)?.receivedAt ?? now;
      position = await series.append(group);
      written += group.length;
      if (written <= (REPORTS - unseen - 1) * hosts) seen = position;
      series.release(seen);
      if (seen > 0 && written >= (REPORTS - unseen) * hosts && !existsSync(join(left, 'state.db'))) {
        await saveState(series, folder, seen);
        copy(join(dataDir, 'state.db'), join(left, 'state.db'));
        seen = position;
      }
    }
    await series.settle();
    const { journalBytes, openReports } = await series.usage();
    // The files as they are now, under an engine that still runs, are those that its end would leave.
    const killed = mkdtempSync(join(left, 'killed-'));
    for (const suffix of ['', '-wal']) copy(path + suffix, join(killed, `series.db${suffix}`));
    await series.close();
    for (const suffix of ['', '-wal', '-shm']) copy(join(killed, `series.db${suffix}`), path + suffix);
    return { journalBytes, openReports };
  } finally {
    await series.close();
  }
}

/** Lets a server take up the newest reports and say goodbye, so that the state knows every device. */
async function saveState(series: EmbeddedSeries, { dataDir }: FleetFolder, cursor: number): Promise<void> {
  await series.backup(join(dataDir, 'series.db'));
  const store = await openStore({ path: join(dataDir, 'state.db'), clock: Date.now });
  await store.commit([store.settings.setStatement(CURSOR_SETTING, cursor)]);
  await store.close();
  const server = await startServer({ dataDir, intervalMs: 10_000, tls: true });
  await server.stop();
}

/** Also that there is no such file. */
function copy(from: string, to: string): void {
  rmSync(to, { force: true });
  if (existsSync(from)) copyFileSync(from, to);
}
