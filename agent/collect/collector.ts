import type { ProcessSample } from '../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { AskApart } from './ask-apart.ts';
import type { Statfs } from './volume.ts';

/** One round. `metrics` and `values` have the same length; the order is stable. */
export interface Measurement {
  /** The same array object as in the round before, unless the list itself changed. */
  readonly metrics: readonly MetricDescriptor[];
  /** null where the source could not be read, or needs a second round to compare with. */
  readonly values: readonly (number | null)[];
}

/** Reads this machine. Rounds must not overlap: await one before starting the next. */
export interface Collector {
  /** Never waits for a mount that may hang, and at most a second for one that should not. Does not reject for a source it cannot read. */
  collect(): Promise<Measurement>;
  /** The busiest processes by CPU and the largest by memory, names only; at most 10. Costs a walk over all processes. */
  processes(): Promise<readonly ProcessSample[]>;
  close(): void;
}

export interface CollectorOptions {
  /** Default `/proc`. */
  readonly procRoot?: string;
  /** Default `/sys`. */
  readonly sysRoot?: string;
  /** Default: the platform we run on. */
  readonly platform?: NodeJS.Platform;
  /** Default: that of the system. */
  readonly statfs?: Statfs;
  /** How mounts that may hang are asked. Default: by a program of its own. */
  readonly apart?: AskApart;
}
