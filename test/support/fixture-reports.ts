import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { StoredReport } from '../../server/platform/series/series-store.ts';

/** What lies in test/fixtures/series-4.db.gz: made by `make-series-file.ts`, compared by the test of the format. */

const MINUTE_MS = 60_000;
export const FIXTURE_START = Date.UTC(2026, 2, 1, 22);
/** Reports of each device. */
export const FIXTURE_REPORTS = 400;
/** Appended when all the others were sealed and rolled up: they stay in the journal. */
export const FIXTURE_OPEN = 7;

const gauge = (name: string, unit: MetricDescriptor['unit'], decimals: number): MetricDescriptor => ({
  ...{ name, unit, decimals },
  kind: 'gauge',
});
const counter = (name: string): MetricDescriptor => ({ name, unit: 'bytes', kind: 'counter', decimals: 0 });

export const fixtureMetrics: readonly MetricDescriptor[] = [
  gauge('cpu.busy', 'ratio', 4),
  gauge('load.1', 'load', 2),
  gauge('memory.size', 'bytes', 0),
  gauge('memory.available', 'bytes', 0),
  gauge('fs.available[/]', 'bytes', 0),
  gauge('temperature[cpu]', 'celsius', 1),
  gauge('fs.readOnly[/]', 'flag', 0),
  counter('net.rxBytes[eth0]'),
  counter('disk.errors[sda]'),
];

/** The next of a row of numbers that look like chance and are the same everywhere: xorshift of 32 bits. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Reports of a device, oldest first: gaps, an outlier, a counter that restarts, another boot, a silence. */
export function fixtureReports(deviceId: string, seed: number): StoredReport[] {
  const next = chance(seed);
  const reports: StoredReport[] = [];
  let received = 10 * 2 ** 30;
  let errors = 3;
  let available = 50 * 2 ** 30;
  let load = 130;
  for (let index = 0; index < FIXTURE_REPORTS; index += 1) {
    const isSecondBoot = index >= 250;
    const silenceMs = index >= 310 ? 40 * MINUTE_MS : 0;
    const at = FIXTURE_START + index * MINUTE_MS + silenceMs + Math.floor(next() * 900);
    received = index === 250 ? 0 : received + Math.floor(next() * next() * 40_000_000);
    if (next() < 0.02) errors += 1;
    if (next() < 0.3) available -= 4_096 * Math.floor(next() * 900);
    load = Math.max(0, load + Math.floor(next() * 21) - 10);
    const busy = index % 97 === 40 ? 10_000 : Math.floor(1_200 + next() * 300);
    const boot = isSecondBoot ? 250 : 0;
    const bootMs = 500_000 + (index - boot) * MINUTE_MS;
    reports.push({
      deviceId,
      runId: (isSecondBoot ? 'cd' : 'ab').repeat(16),
      bootId: isSecondBoot ? 'a second boot' : 'ein Start',
      sequence: index - boot + 1,
      backfill: index >= 60 && index < 75,
      at,
      receivedAt: at + 35 + Math.floor(next() * 10),
      clocks: { wallMs: at - 1_250, monotonicMs: bootMs - 77, bootMs },
      clockOffsetMs: -1_250,
      metrics: fixtureMetrics,
      scaled: [
        index % 61 === 60 ? null : busy,
        load,
        16 * 2 ** 30,
        6 * 2 ** 30 + 4_096 * Math.floor(next() * 5_000),
        available,
        index < 30 ? null : 400 + 10 * Math.floor(next() * 8),
        index >= 200 && index < 215 ? 1 : 0,
        received,
        errors,
      ],
    });
  }
  return reports;
}
