import type { ReportFrame } from '../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { DeviceRecord } from './device-record.ts';

/** Where acknowledgements go: the connection that brought the report. */
export interface AckTarget {
  /** The report is committed. */
  acknowledge(run: number, sequence: number, backfill: boolean): void;
  /** The report could not be kept; the agent holds it and brings it again. */
  refuse(retryInMs: number): void;
}

/** A report as its connection hands it over. */
export interface OfferedReport {
  readonly record: DeviceRecord;
  /** Server's clock, ms. */
  readonly receivedAt: number;
  readonly frame: ReportFrame;
  readonly runId: string;
  readonly bootId: string;
  readonly metrics: readonly MetricDescriptor[];
  readonly from: AckTarget;
}
