import { VigiaError } from '../../protocol/error.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { DeviceRecord } from './device-record.ts';

/** What may come at once: a machine that is being set up, or a hundred reconnects. */
const BURST = 200;
/** Then one in this time: disks and interfaces come and go, but not every second for hours. */
const ONE_PER_MS = 10_000;

interface Allowance {
  left: number;
  at: number;
}

/**
 * Lets a device change its list of metrics now and then. Each new list is remembered by the series and makes its blocks
 * shorter, so one that changes at every report would cost more than its whole client.
 */
export class SchemaIntake {
  readonly #intern: (metrics: readonly MetricDescriptor[]) => readonly MetricDescriptor[];
  readonly #now: () => number;
  readonly #allowances = new WeakMap<DeviceRecord, Allowance>();

  constructor(intern: (metrics: readonly MetricDescriptor[]) => readonly MetricDescriptor[], now: () => number) {
    this.#intern = intern;
    this.#now = now;
  }

  /** The array that stands for this list everywhere. @throws VigiaError schema_churn */
  take(record: DeviceRecord, metrics: readonly MetricDescriptor[]): readonly MetricDescriptor[] {
    const now = this.#now();
    const allowance = this.#allowances.get(record) ?? { left: BURST, at: now };
    this.#allowances.set(record, allowance);
    allowance.left = Math.min(BURST, allowance.left + Math.max(0, now - allowance.at) / ONE_PER_MS);
    allowance.at = now;
    if (allowance.left < 1) throw new VigiaError('schema_churn');
    allowance.left -= 1;
    return this.#intern(metrics);
  }
}
