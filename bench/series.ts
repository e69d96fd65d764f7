import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { ownSeries } from '../server/app/own-series.ts';
import { openSeries } from '../server/platform/series/open-series.ts';
import { feed, type GeneratedSeries, generate } from './lib/generated-series.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { isInstalled, type PeerName, peers, startPeer } from './lib/peer-store.ts';
import { round } from './lib/process-figures.ts';
import { toPrometheusText } from './lib/prometheus-text.ts';
import { RemoteWriteEncoder } from './lib/remote-write.ts';
import { say } from './lib/say.ts';
import { machineMetrics } from './load/machine.ts';

const HOUR_MS = 3_600_000;
const HOURS_PER_YEAR = 8_766;
/** As the server's agents: reports that one remote write holds. */
const REPORTS_PER_WRITE = 500;

const aims = {
  bytesPerSampleToVictoriaMetrics: 0.75,
  bytesPerSampleToPrometheus: 0.35,
  bytesPerHostYear: 20e6,
  cpuToVictoriaMetrics: 0.5,
};

/**
 * The engine alone, behind its seam: what a sample costs to take and to keep. `--compare` feeds the same samples to the other
 * stores that are installed; `--export FILE` writes them as Prometheus text instead.
 */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['hosts', 'hours', 'interval', 'batch', 'export', 'compare!']);
  const hours = flags.count('hours', 2);
  // Whole hours that have just ended: other stores refuse what is old.
  const toMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const series: GeneratedSeries = {
    hosts: flags.count('hosts', 500),
    fromMs: toMs - hours * HOUR_MS,
    toMs,
    intervalMs: flags.durationMs('interval', '10s'),
  };
  const batch = flags.count('batch', 2_500);
  const file = flags.text('export');
  if (file !== undefined) return { ...described(series), ...(await exportTo(file, series)) };

  const own = await measureEngine(series, batch);
  say(JSON.stringify(own));
  const compared: Record<string, object> = {};
  if (flags.isSet('compare')) {
    for (const name of Object.keys(peers) as PeerName[]) {
      if (!isInstalled(name)) {
        say(`${name} is not installed`);
        continue;
      }
      const peer = await measurePeer(name, series);
      say(JSON.stringify(peer));
      compared[name] = {
        ...peer,
        cpuToIt: round(own.cpuSecondsPerMillionSamples / peer.cpuSecondsPerMillionSamples, 3),
        bytesPerSampleToIt: round(own.bytesPerSample / peer.bytesPerSample, 3),
      };
    }
  }
  return { ...described(series), batch, ...own, ...compared, aims };
}

function described({ hosts, fromMs, toMs, intervalMs }: GeneratedSeries): object {
  return { hosts, hours: (toMs - fromMs) / HOUR_MS, intervalMs };
}

async function measureEngine(series: GeneratedSeries, batch: number) {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-bench-series-'));
  let now = series.fromMs;
  const store = await openSeries({
    ...ownSeries,
    path: join(folder, 'series.db'),
    now: () => now,
    onFatal: (cause) => {
      throw cause;
    },
  }).catch((cause: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw cause;
  });
  try {
    const take = async (group: Parameters<typeof store.append>[0]): Promise<void> => {
      now = group.at(-1)?.receivedAt ?? now;
      store.release(await store.append(group));
    };
    // Roll-ups of the last hour are due a while after it.
    const finish = async (): Promise<void> => {
      now = series.toMs + HOUR_MS;
      await store.settle();
    };
    const { cpuSeconds, reports, tookSeconds } = await feed(generate(series, batch), take, finish);
    const usage = await store.usage();
    const samples = reports * machineMetrics.length;
    const { raw, fiveMinute, hour } = usage.held;
    const hostHours = (series.hosts * (series.toMs - series.fromMs)) / HOUR_MS;
    const yearly = (bytes: number): number => Math.round((bytes / hostHours) * HOURS_PER_YEAR);
    return {
      samples,
      cpuSecondsPerMillionSamples: round((cpuSeconds / samples) * 1e6, 3),
      tookSeconds: round(tookSeconds, 1),
      bytesPerSample: round(raw.bytes / usage.rawSamples, 3),
      bytesPerHostYear: yearly(fiveMinute.bytes + hour.bytes),
      bytesPerHostYearFiveMinute: yearly(fiveMinute.bytes),
      bytesPerHostYearHour: yearly(hour.bytes),
      rawBytes: raw.bytes,
      journalBytes: usage.journalBytes,
      openReports: usage.openReports,
      openBytesPerHost: Math.round(usage.openBytes / series.hosts),
      fileBytes: usage.fileBytes,
      fileBytesPerSample: round(usage.fileBytes / samples, 3),
      damaged: usage.damaged.length,
    };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measurePeer(name: PeerName, series: GeneratedSeries) {
  const peer = await startPeer(name);
  try {
    const encoder = new RemoteWriteEncoder();
    let reports = 0;
    for (const group of generate(series, REPORTS_PER_WRITE)) {
      await peer.write(encoder.encode(group));
      reports += group.length;
    }
    const { cpuSeconds, compactCpuSeconds, rssBytes, freshBytes, bytes } = await peer.finish();
    const samples = reports * machineMetrics.length;
    return {
      version: peer.version,
      cpuSecondsPerMillionSamples: round((cpuSeconds / samples) * 1e6, 3),
      compactCpuSecondsPerMillionSamples: round((compactCpuSeconds / samples) * 1e6, 3),
      rssBytes,
      freshBytesPerSample: round(freshBytes / samples, 3),
      bytesPerSample: round(bytes / samples, 3),
    };
  } finally {
    await peer.end();
  }
}

async function exportTo(file: string, series: GeneratedSeries): Promise<object> {
  const out = createWriteStream(file);
  let reports = 0;
  for (const group of generate(series, REPORTS_PER_WRITE)) {
    if (!out.write(group.map(toPrometheusText).join(''))) await once(out, 'drain');
    reports += group.length;
  }
  out.end();
  await finished(out);
  return { file, samples: reports * machineMetrics.length, fileBytes: out.bytesWritten };
}
