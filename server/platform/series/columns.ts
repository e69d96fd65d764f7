/** Which agent run, and which boot of the machine, a report came from. */
export interface RunOfReports {
  /** 32 hex digits. */
  readonly runId: string;
  readonly bootId: string;
}

/** Clocks of the newest report, from which a start knows what a device said last. */
export interface NewestEvidence {
  readonly receivedAt: number;
  readonly clockOffsetMs: number;
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootMs: number;
}

/** Reports of one host side by side, oldest first: what a block holds and what readers and roll-ups work on. */
export interface Columns {
  /** ms, never falling. */
  readonly at: Float64Array;
  readonly sequence: Float64Array;
  readonly runs: readonly RunOfReports[];
  /** Index into `runs` per report. */
  readonly run: Uint16Array;
  /** 1 for backfill. */
  readonly backfill: Uint8Array;
  /** Scaled values by metric number; NaN where a report had none. */
  readonly values: ReadonlyMap<number, Float64Array>;
  readonly newest: NewestEvidence;
}
