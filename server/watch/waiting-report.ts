import type { Clocks } from '../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { AckTarget, OfferedReport } from '../fleet/offered-report.ts';
import type { StoredReport } from '../platform/series/series-store.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A report on its way from its connection through the journal to the watch. */
export interface WaitingReport extends Mutable<Omit<StoredReport, 'clocks' | 'scaled'>> {
  record: DeviceRecord | null;
  from: AckTarget | null;
  /** The number of its run on that connection. */
  run: number;
  readonly clocks: Mutable<Clocks>;
  readonly scaled: (number | null)[];
}

const noMetrics: readonly MetricDescriptor[] = [];
/** As many as wait at 15,000 reports a second; a backlog is made and thrown away. */
const MAX_KEPT = 8_192;

/**
 * Reports that are used again and again. Every report lives until its commit, longer than the garbage collector takes for
 * short: made anew, ten thousand a second would all be moved twice before they end.
 */
export class WaitingReports {
  readonly #free: WaitingReport[] = [];

  /** A copy of what was offered, dated. */
  take({ record, frame, runId, bootId, metrics, receivedAt, from }: OfferedReport, at: number, clockOffsetMs: number) {
    const report = this.#free.pop() ?? makeReport();
    const { clocks, scaled } = report;
    report.record = record;
    report.from = from;
    report.run = frame.run;
    report.deviceId = record.info.id;
    report.runId = runId;
    report.bootId = bootId;
    report.sequence = frame.sequence;
    report.backfill = frame.backfill;
    report.at = at;
    report.receivedAt = receivedAt;
    clocks.wallMs = frame.clocks.wallMs;
    clocks.monotonicMs = frame.clocks.monotonicMs;
    clocks.bootMs = frame.clocks.bootMs;
    report.clockOffsetMs = clockOffsetMs;
    report.metrics = metrics;
    const { length } = frame.scaled;
    if (scaled.length > length) scaled.length = length;
    // An array that grows by its length has holes for V8, for ever: at each value that is stored into it, the frozen prototypes are asked.
    while (scaled.length < length) scaled.push(null);
    for (let index = 0; index < length; index += 1) scaled[index] = frame.scaled[index] as number | null;
    return report;
  }

  /** Nobody reads it any more. */
  giveBack(report: WaitingReport): void {
    // What is over must not be kept alive by what is not in use.
    report.record = null;
    report.from = null;
    report.metrics = noMetrics;
    if (this.#free.length < MAX_KEPT) this.#free.push(report);
  }
}

function makeReport(): WaitingReport {
  return {
    record: null,
    from: null,
    run: 0,
    deviceId: '',
    runId: '',
    bootId: '',
    sequence: 0,
    backfill: false,
    at: 0,
    receivedAt: 0,
    clocks: { wallMs: 0, monotonicMs: 0, bootMs: 0 },
    clockOffsetMs: 0,
    metrics: noMetrics,
    // Of the same kind as those of reports: one that can hold anything.
    scaled: [null],
  };
}
