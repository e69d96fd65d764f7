import type { Counts } from './agent.ts';

/** What the load process is started with, as JSON in its first argument. */
export interface LoadOptions {
  readonly host: string;
  readonly port: number;
  readonly intervalMs: number;
  /** Its machines are first .. first + count - 1. */
  readonly first: number;
  readonly count: number;
  /** Every wait before reconnecting; without it as an agent waits. */
  readonly reconnectAfterMs?: number;
}

/** What the measurement tells the load. Each is answered with `{ id, result }` or `{ id, error }`. */
export interface LoadCalls {
  /** Connects all at this rate. Answered when all are welcome. */
  connect: { args: { perSecond: number; deadlineMs: number }; result: { tookMs: number } };
  /** Starts to report, every machine at its own phase. */
  report: { args: Record<string, never>; result: null };
  /** Stops to measure, waits until all that was made is acknowledged or the deadline passes. */
  settle: { args: { deadlineMs: number }; result: LoadFigures };
  /** Zeroes what is counted over a window. */
  begin: { args: Record<string, never>; result: null };
  figures: { args: Record<string, never>; result: LoadFigures };
  /** Lets one machine end in a way. Answered with the time (ms since 1970) of the last that the server heard of it. */
  end: { args: { index: number; way: 'leave' | 'die' | 'vanish' }; result: number };
  /** Crosses or uncrosses a threshold and reports at once. Answered with the time when the report was sent. */
  readOnly: { args: { index: number; isReadOnly: boolean }; result: number };
  /** When each agent was welcome since `begin`, in seconds since the first, one count a second. */
  returns: { args: Record<string, never>; result: { perSecond: readonly number[]; firstAt: number; lastAt: number } };
  close: { args: Record<string, never>; result: null };
}

export type LoadCall = keyof LoadCalls;

export interface LoadFigures extends Counts {
  readonly unacknowledged: number;
  readonly ackP50Ms: number | null;
  readonly ackP99Ms: number | null;
  /** How late reports were sent because the load itself was busy. */
  readonly lateP99Ms: number | null;
  readonly cpuSeconds: number;
  readonly rssBytes: number;
  /** Why links ended that should not have, the most frequent first. */
  readonly endings: Readonly<Record<string, number>>;
}
