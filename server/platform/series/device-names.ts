import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import type { NumberedDamage, NumberedReport } from './calls.ts';
import type { RowEncoder } from './rows/row-encoder.ts';
import type { DamagedPart, StoredReport } from './series-store.ts';

const MAX_SETS = 10_000;

/** Gives what the thread tells by numbers the names of devices and metrics. */
export class DeviceNames {
  readonly #encoder: RowEncoder;
  readonly #metricsOf = new Map<string, readonly MetricDescriptor[]>();

  constructor(encoder: RowEncoder) {
    this.#encoder = encoder;
  }

  /** Without those whose device was removed meanwhile. */
  reports(reports: readonly NumberedReport[]): StoredReport[] {
    const metricsOfIds = new Map<readonly number[], readonly MetricDescriptor[]>();
    const named: StoredReport[] = [];
    for (const report of reports) {
      const deviceId = this.#encoder.deviceOf(report.host);
      if (deviceId === undefined) continue;
      let metrics = metricsOfIds.get(report.metricIds);
      if (!metrics) {
        metrics = this.#metrics(report.metricIds);
        metricsOfIds.set(report.metricIds, metrics);
      }
      const { runId, bootId, sequence, backfill, at, receivedAt, clockOffsetMs, scaled } = report;
      const clocks = { wallMs: report.wallMs, monotonicMs: report.monotonicMs, bootMs: report.bootMs };
      const when = { at, receivedAt, clocks, clockOffsetMs };
      named.push({ deviceId, runId, bootId, sequence, backfill, ...when, metrics, scaled });
    }
    return named;
  }

  damage({ source, host, fromMs, toMs, foundAt }: NumberedDamage): DamagedPart {
    const deviceId = host === null ? null : (this.#encoder.deviceOf(host) ?? null);
    return { source, deviceId, fromMs, toMs, foundAt };
  }

  /** The same array for the same metrics, as long as few enough sets are in use. */
  #metrics(ids: readonly number[]): readonly MetricDescriptor[] {
    const key = ids.join();
    let metrics = this.#metricsOf.get(key);
    if (!metrics) {
      metrics = this.#encoder.numbers.descriptorsOf(ids);
      if (this.#metricsOf.size >= MAX_SETS) this.#metricsOf.clear();
      this.#metricsOf.set(key, metrics);
    }
    return metrics;
  }
}
