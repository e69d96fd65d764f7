import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownSeries } from '../server/app/own-series.ts';
import type { EmbeddedSeries } from '../server/platform/series/embedded-series.ts';
import { openSeries } from '../server/platform/series/open-series.ts';
import { type GeneratedSeries, generate, hostName } from './lib/generated-series.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { round } from './lib/process-figures.ts';
import { say } from './lib/say.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const POINTS = 300;
const WARM_UP_ROUNDS = 10;

const aims = { oneSeriesHourP95Ms: 1, oneSeriesMonthP95Ms: 5, meanOfFleetHourP95Ms: 20 };

/** Warm queries of the engine, asked one after another from outside its thread: as a chart asks them. */
export async function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, ['hosts', 'days', 'interval', 'rounds']);
  const hosts = flags.count('hosts', 1_000);
  const days = flags.count('days', 30);
  const rounds = flags.count('rounds', 100);
  const intervalMs = flags.durationMs('interval', '10s');
  const toMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
  const folder = mkdtempSync(join(tmpdir(), 'vigia-bench-query-'));
  let now = toMs - days * DAY_MS;
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
    const long = { hosts: 1, fromMs: now, toMs, intervalMs };
    const wide = { hosts, fromMs: toMs - HOUR_MS, toMs, intervalMs, firstHost: 1 };
    for (const series of [long, wide]) {
      await fill(store, series, (at) => {
        now = Math.max(now, at);
      });
    }
    now = toMs + HOUR_MS;
    await store.settle();
    say('the store is filled');
    now = toMs;
    const deviceIds = Array.from({ length: hosts }, (_, index) => hostName(1 + index));
    const one = (rangeMs: number) => () =>
      store.query({
        deviceId: hostName(0),
        metrics: ['cpu.busy'],
        fromMs: toMs - rangeMs,
        toMs,
        stepMs: Math.max(intervalMs, Math.ceil(rangeMs / POINTS / intervalMs) * intervalMs),
      });
    const shared = { deviceIds, metric: 'cpu.busy', fromMs: toMs - HOUR_MS, toMs, stepMs: 60_000 };
    const fleet = (across: Parameters<EmbeddedSeries['queryFleet']>[0]['across']) => () =>
      store.queryFleet({ ...shared, across });
    return {
      hosts,
      days,
      intervalMs,
      rounds,
      ...(await timed('oneSeriesHour', rounds, one(HOUR_MS))),
      ...(await timed('oneSeriesDay', rounds, one(DAY_MS))),
      ...(await timed('oneSeriesMonth', rounds, one(days * DAY_MS))),
      ...(await timed('meanOfFleetHour', rounds, fleet({ kind: 'mean' }))),
      ...(await timed('topOfFleetHour', rounds, fleet({ kind: 'top', count: 10 }))),
      ...(await timed('heatOfFleetHour', rounds, fleet({ kind: 'heat', bounds: [0.1, 0.25, 0.5, 0.75, 0.9] }))),
      aims,
    };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function fill(store: EmbeddedSeries, series: GeneratedSeries, advance: (at: number) => void): Promise<void> {
  const BATCH = 2_500;
  for (const group of generate(series, BATCH)) {
    advance(group.at(-1)?.receivedAt ?? 0);
    store.release(await store.append(group));
  }
}

/** Median and 95th percentile in ms, after some rounds that do not count. */
async function timed(name: string, rounds: number, ask: () => Promise<unknown>): Promise<Record<string, number>> {
  const durations: number[] = [];
  for (let nth = -WARM_UP_ROUNDS; nth < rounds; nth += 1) {
    const startedAt = performance.now();
    await ask();
    if (nth >= 0) durations.push(performance.now() - startedAt);
  }
  durations.sort((a, b) => a - b);
  const of = (share: number): number => round(durations[Math.ceil(share * rounds) - 1] ?? Number.NaN, 2);
  return { [`${name}P50Ms`]: of(0.5), [`${name}P95Ms`]: of(0.95) };
}
