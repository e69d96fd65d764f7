import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Figures, readFlags } from './lib/options.ts';
import { judgePlateau } from './lib/plateau.ts';
import { readAnonymous, readCpu, readMemory, round } from './lib/process-figures.ts';
import { say } from './lib/say.ts';
import { type Fleet, fleetFlags, withFleet } from './lib/start-fleet.ts';

const SAMPLE_MS = 60_000;
const SETTLE_DEADLINE_MS = 60_000;

const aims = { isPlateau: true, ackP99Ms: 10_000, lostReports: 0 };

/** A quiet fleet for hours: whether the server's memory comes to rest, and how late it acknowledges. */
export function run(args: readonly string[]): Promise<Figures> {
  const flags = readFlags(args, [...fleetFlags, 'duration', 'sample', 'output']);
  const sampleMs = flags.durationMs('sample', `${SAMPLE_MS}ms`);
  return withFleet(flags, { agents: 300, interval: '10s', warmUp: '30s' }, async (fleet) => {
    const { server, load, agents, intervalMs } = fleet;
    await load.begin();
    const cpuBefore = readCpu(server.pid).seconds;
    const durationMs = flags.durationMs('duration', '2h');
    const readings = await watch(fleet, { durationMs, sampleMs, output: flags.text('output') });
    const cpuSeconds = readCpu(server.pid).seconds - cpuBefore;
    const settled = await load.settle(SETTLE_DEADLINE_MS);
    const lostReports = settled.unacknowledged + settled.dropped;
    return {
      failed: lostReports > 0 || settled.lostLinks > 0,
      agents,
      intervalMs,
      minutes: round((readings.length * sampleMs) / 60_000, 1),
      anonymousFirstBytes: readings[0],
      anonymousLastBytes: readings.at(-1),
      anonymousMostBytes: Math.max(...readings),
      ...judgePlateau(readings, sampleMs),
      serverCores: round((cpuSeconds * 1000) / (readings.length * sampleMs), 4),
      ackP50Ms: settled.ackP50Ms,
      ackP99Ms: settled.ackP99Ms,
      lostReports,
      lostLinks: settled.lostLinks,
      endings: settled.endings,
      aims,
    };
  });
}

/** Anonymous memory, bytes, at each step; a line each in `output` as it goes. */
async function watch(
  { server: { pid }, load }: Fleet,
  { durationMs, sampleMs, output }: { durationMs: number; sampleMs: number; output: string | undefined },
): Promise<number[]> {
  const readings: number[] = [];
  const startedAt = performance.now();
  for (let nth = 1; nth * sampleMs <= durationMs; nth += 1) {
    await sleep(Math.max(0, startedAt + nth * sampleMs - performance.now()));
    const anonymousBytes = readAnonymous(pid);
    readings.push(anonymousBytes);
    const { rssBytes } = readMemory(pid);
    const { ackP50Ms, ackP99Ms } = await load.figures();
    const seconds = Math.round((nth * sampleMs) / 1000);
    const line = JSON.stringify({
      seconds,
      anonymousBytes,
      rssBytes,
      cpuSeconds: readCpu(pid).seconds,
      ackP50Ms,
      ackP99Ms,
    });
    if (output === undefined) say(line);
    else appendFileSync(output, `${line}\n`);
  }
  return readings;
}
