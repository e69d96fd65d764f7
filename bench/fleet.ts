import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ownSeries } from '../server/app/own-series.ts';
import { openSeries } from '../server/platform/series/open-series.ts';
import { ask, metricIn, scrape } from './lib/client.ts';
import { type DetectionFigures, measureDetection, measureThreshold } from './lib/detection.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { readBytesWritten, readCpu, readMemory, round, threadsBetween } from './lib/process-figures.ts';
import { startProfiling } from './lib/profile.ts';
import { say } from './lib/say.ts';
import { loopLag, quantileBetween } from './lib/server-metrics.ts';
import { type Fleet, fleetFlags, withFleet } from './lib/start-fleet.ts';
import { machineMetrics } from './load/machine.ts';

/** A report that was refused for lack of room comes again after 5 s, and is told of 10 s after its commit. */
const SETTLE_DEADLINE_MS = 45_000;
const THRESHOLDS = 100;

const aims = {
  serverCpuSecondsPerMillionSamples: 0.5,
  serverRssBytes: { agents200: 160e6, agents10000: 700e6 },
  eventLoopP99Ms: 50,
  lostReports: 0,
  detectionDelayMs: { cleanShutdown: 2_000, killedProcess: 5_000, cableCutLate: 12_000, cableCutLost: 30_000 },
  thresholdToIncidentP99Ms: 1_000,
};

/** A whole fleet over real sockets, with a dashboard open: what the server costs, what it loses, how soon it notices. */
export function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, [...fleetFlags, 'duration', 'profile', 'detection!']);
  const profileDir = flags.text('profile');
  return withFleet(flags, { agents: 1_000, warmUp: '15s', inspect: profileDir !== undefined }, async (fleet) => {
    const { server, folder, load, dashboard, agents, intervalMs, connectMs } = fleet;
    const window = await measureWindow(fleet, flags.durationMs('duration', '60s'), profileDir);
    say(`measured: ${JSON.stringify(window)}`);
    const detection = flags.isSet('detection') ? await detect(fleet) : {};
    const settled = await load.settle(SETTLE_DEADLINE_MS);
    const { text } = await scrape(server.origin, folder.metricsKey);
    const committedReports = metricIn(text, 'vigia_reports_total');
    const endRssBytes = readMemory(server.pid).rssBytes;
    dashboard.close();
    await load.close();
    await server.stop();
    const keptReports = await countKept(join(folder.dataDir, 'series.db'));
    const missing = Math.max(0, settled.acknowledgedEver - Math.min(committedReports, keptReports));
    const lostReports = settled.unacknowledged + settled.dropped + missing;
    return {
      failed: lostReports > 0 || settled.lostLinks > 0,
      agents,
      intervalMs,
      startToReadyMs: Math.round(server.startToReadyMs),
      connectSeconds: round(connectMs / 1000, 1),
      ...window,
      ...detection,
      lostReports,
      keptReports,
      acknowledgedReports: settled.acknowledgedEver,
      lostLinks: settled.lostLinks,
      endings: settled.endings,
      endRssBytes,
      dataDirBytes: folder.sizeBytes(),
      serverLog: server.log(),
      aims,
    };
  });
}

async function measureWindow(
  { server, folder, load, dashboard }: Fleet,
  durationMs: number,
  profileDir: string | undefined,
): Promise<object> {
  const { pid, origin, inspectorUrl } = server;
  const profiling = inspectorUrl === null ? null : await startProfiling(inspectorUrl);
  await load.begin();
  // A scrape counts the server's reports before it turns to the devices, so the time of the processor is read at both scrapes.
  // The first also empties what the server remembers of its event loop.
  const startedAt = performance.now();
  const [cpuBefore, writtenBefore, liveBefore] = [readCpu(pid), readBytesWritten(pid), dashboard.liveBytes()];
  const { text: before } = await scrape(origin, folder.metricsKey);
  await sleep(durationMs);
  const seconds = (performance.now() - startedAt) / 1000;
  const [cpuAfter, writtenAfter, liveAfter] = [readCpu(pid), readBytesWritten(pid), dashboard.liveBytes()];
  const memory = readMemory(pid);
  const { text: after } = await scrape(origin, folder.metricsKey);
  const figures = await load.figures();
  if (profiling !== null && profileDir !== undefined) {
    mkdirSync(profileDir, { recursive: true });
    writeFileSync(join(profileDir, 'profile.md'), await profiling.finish(profileDir));
  }
  // As the server counts them: acknowledgements are gathered for seconds.
  const reports = metricIn(after, 'vigia_reports_total') - metricIn(before, 'vigia_reports_total');
  const samples = reports * machineMetrics.length;
  const cpuSeconds = cpuAfter.seconds - cpuBefore.seconds;
  const lag = loopLag(after);
  const commitP99 = quantileBetween(before, after, 'vigia_ingest_commit_seconds', 0.99);
  return {
    seconds: round(seconds, 1),
    reports,
    serverCpuSecondsPerMillionSamples: round((cpuSeconds / samples) * 1e6, 3),
    serverCores: round(cpuSeconds / seconds, 3),
    threads: threadsBetween(cpuBefore, cpuAfter),
    serverRssBytes: memory.rssBytes,
    serverPssBytes: memory.pssBytes,
    serverPrivateBytes: memory.privateBytes,
    eventLoopP99Ms: round(lag.p99Ms, 1),
    eventLoopWorstMs: round(lag.worstMs, 1),
    commitP99Ms: commitP99 === null ? null : Math.round(commitP99 * 1000),
    ackP50Ms: figures.ackP50Ms,
    ackP99Ms: figures.ackP99Ms,
    frameBytesPerReport: round(figures.reportBytes / figures.sent, 1),
    wireBytesPerReport: round(figures.wireBytes / figures.sent, 1),
    diskWriteBytesPerSample: round((writtenAfter - writtenBefore) / samples, 2),
    liveBytesPerSecond: Math.round((liveAfter - liveBefore) / seconds),
    loadCores: round(figures.cpuSeconds / seconds, 3),
    loadLateP99Ms: figures.lateP99Ms,
  };
}

/** Reports in the database of a server that has stopped: in blocks, and in the journal that no block holds yet. */
async function countKept(path: string): Promise<number> {
  const store = await openSeries({
    ...ownSeries,
    path,
    now: Date.now,
    onFatal: (cause) => {
      throw cause;
    },
  });
  try {
    const { rawSamples, openReports } = await store.usage();
    return rawSamples / machineMetrics.length + openReports;
  } finally {
    await store.close();
  }
}

/** Absence is judged only a while after a start: until then nothing can be measured. */
async function detect({
  server,
  load,
  dashboard,
  folder,
}: Fleet): Promise<DetectionFigures & { thresholdToIncidentP50Ms: number; thresholdToIncidentP99Ms: number }> {
  const { p50, p99, worst } = await measureThreshold(load, dashboard, folder.deviceIds, THRESHOLDS);
  say(`threshold to incident: median ${p50} ms, p99 ${p99} ms, worst ${worst} ms`);
  const { body } = await ask(`${server.origin}/api/v1/overview`, { headers: { cookie: dashboard.cookie } });
  const { judgingFrom } = (JSON.parse(body.toString()) as { server: { judgingFrom: string } }).server;
  const MARGIN_MS = 2_000;
  await sleep(Math.max(0, Date.parse(judgingFrom) + MARGIN_MS - Date.now()));
  return {
    thresholdToIncidentP50Ms: p50,
    thresholdToIncidentP99Ms: p99,
    ...(await measureDetection(load, dashboard, folder.deviceIds)),
  };
}
