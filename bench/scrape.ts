import { setTimeout as sleep } from 'node:timers/promises';
import { scrape } from './lib/client.ts';
import { type Figures, readFlags } from './lib/options.ts';
import { readCpu, round } from './lib/process-figures.ts';
import { loopLag } from './lib/server-metrics.ts';
import { fleetFlags, withFleet } from './lib/start-fleet.ts';

const PAUSE_MS = 5_000;

const aims = { scrapeCpuSeconds: 0.5, loopBlockedMs: 50 };

/**
 * `GET /metrics` while the whole fleet reports: what a scrape costs the server on top of the reports (the CPU of a pause is
 * taken off), and for how long it keeps the event loop.
 */
export function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, [...fleetFlags, 'scrapes']);
  const scrapes = flags.count('scrapes', 10);
  return withFleet(flags, { agents: 1_000, warmUp: '15s' }, async ({ server, folder, agents, intervalMs }) => {
    const { pid, origin } = server;
    const cpuSeconds: number[] = [];
    const tookMs: number[] = [];
    const pausedMs: number[] = [];
    const blockedMs: number[] = [];
    let bytes = 0;
    await scrape(origin, folder.metricsKey);
    for (let nth = 0; nth < scrapes; nth += 1) {
      const pauseFrom = readCpu(pid).seconds;
      await sleep(PAUSE_MS);
      const perMs = (readCpu(pid).seconds - pauseFrom) / PAUSE_MS;
      // The server forgets its worst at the end of each scrape: this one tells of the pause and of itself ...
      const paused = await scrape(origin, folder.metricsKey);
      pausedMs.push(loopLag(paused.text).worstMs);
      const before = readCpu(pid).seconds;
      const startedAt = performance.now();
      // ... and this one of itself alone.
      const answer = await scrape(origin, folder.metricsKey);
      const lastedMs = performance.now() - startedAt;
      cpuSeconds.push(readCpu(pid).seconds - before - perMs * lastedMs);
      blockedMs.push(loopLag(answer.text).worstMs);
      tookMs.push(lastedMs);
      bytes = answer.bytes;
    }
    return {
      agents,
      intervalMs,
      scrapes,
      scrapeCpuSeconds: round(median(cpuSeconds), 3),
      scrapeMs: Math.round(median(tookMs)),
      scrapeBytes: bytes,
      loopBlockedMs: round(median(blockedMs), 1),
      loopBlockedWorstMs: round(Math.max(...blockedMs), 1),
      loopBlockedWithPauseMs: round(median(pausedMs), 1),
      aims,
    };
  });
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
