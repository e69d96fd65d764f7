/** A report as rows tell it: its host and metrics are numbers that stand elsewhere. */
export interface Row {
  readonly schema: number;
  readonly runId: string;
  readonly bootId: string;
  readonly sequence: number;
  readonly at: number;
  readonly receivedAt: number;
  readonly clockOffsetMs: number;
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootMs: number;
  readonly scaled: readonly (number | null)[];
}
