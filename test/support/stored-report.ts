import { describe, type MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { StoredReport } from '../../server/platform/series/series-store.ts';

/** A gauge with decimals, a counter, and a gauge of an instance. */
export const someMetrics: readonly MetricDescriptor[] = [
  describe('cpu.busy'),
  describe('net.rxBytes', 'eth0'),
  describe('fs.available', '/'),
];

export const someBoot = '7d6a1c0e-boot';
export const someRun = 'ab'.repeat(16);

/** A report of device `d1` measured `at`, with scaled values of {@link someMetrics} unless said otherwise. */
export function storedReport(over: Partial<StoredReport> & { readonly at: number }): StoredReport {
  return {
    deviceId: 'd1',
    runId: someRun,
    bootId: someBoot,
    sequence: 1,
    backfill: false,
    receivedAt: over.at + 40,
    clocks: { wallMs: over.at + 7, monotonicMs: 1_000, bootMs: 2_000 },
    clockOffsetMs: 7,
    metrics: someMetrics,
    scaled: [5_000, 1_000, 123_456_789],
    ...over,
  };
}
