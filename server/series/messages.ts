import type { MetricDescriptor } from '../../protocol/metric.ts';
import type { Entry } from './entry.ts';
import type { SeriesRequest, SeriesResult, StoredReport } from './series-store.ts';

/** What the worker is started with. */
export interface WorkerOptions {
  readonly path: string;
  readonly retentionMs: number;
  readonly positionsAfter: number;
  readonly maxReportsPerQuery: number;
}

/** What the main thread asks of the series worker, and what each question is answered with. */
export interface SeriesCalls {
  append: {
    args: { entries: readonly Entry[]; schemas: ReadonlyMap<number, readonly MetricDescriptor[]>; now: number };
    result: number;
  };
  replay: { args: { after: number; limit: number }; result: { position: number; reports: StoredReport[] }[] };
  latest: { args: Record<string, never>; result: StoredReport[] };
  query: { args: SeriesRequest; result: SeriesResult[] };
  release: { args: { position: number }; result: null };
  remove: { args: { deviceId: string }; result: null };
  schemas: { args: Record<string, never>; result: ReadonlyMap<number, readonly MetricDescriptor[]> };
  close: { args: Record<string, never>; result: null };
}

export type SeriesCall = keyof SeriesCalls;

export interface Question<C extends SeriesCall = SeriesCall> {
  readonly id: number;
  readonly call: C;
  readonly args: SeriesCalls[C]['args'];
}

export type Answer =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: string; readonly message: string };
