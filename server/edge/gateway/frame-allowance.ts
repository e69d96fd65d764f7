import { ProtocolError } from '../../../protocol/error.ts';
import { type FrameType, MAX_FRAME_BYTES, MAX_FRAME_BYTES_BEFORE_AUTH } from '../../../protocol/wire/frame.ts';

interface Allowance {
  readonly perSecond: number;
  /** What may come at once. */
  readonly burst: number;
}

/** Far above what an agent needs: it sends a report in its interval and its backlog at 50 a second. */
const reports: Allowance = { perSecond: 500, burst: 5_000 };
const documents: Allowance = { perSecond: 20, burst: 100 };
const few: Allowance = { perSecond: 20, burst: 512 };
/** A connection is a hello and, at its end, a goodbye. */
const connections: Allowance = { perSecond: 0.5, burst: 60 };
const bytes: Allowance = { perSecond: 2 * 2 ** 20, burst: 16 * 2 ** 20 };

const kinds: readonly (readonly [FrameType, Allowance])[] = [
  ['hello', connections],
  ['goodbye', connections],
  ['report', reports],
  ['report_delta', reports],
  ['run', few],
  ['schema', few],
  ['gap', few],
  ['inventory', documents],
  ['processes', documents],
  ['probe_result', documents],
  ['task_result', documents],
  ['task_file', documents],
  ['ping', few],
  ['pong', few],
  ['error', few],
];
const indexes = new Map<FrameType, number>(kinds.map(([type], index) => [type, index]));
const costsMs = Float64Array.from(kinds, ([, { perSecond }]) => 1_000 / perSecond);
const aheadMs = Float64Array.from(
  [...kinds.map(([, allowance]) => allowance), bytes],
  ({ perSecond, burst }) => (burst * 1_000) / perSecond,
);
/** Where bytes are kept. */
const BYTES = kinds.length;
const MS_PER_BYTE = 1_000 / bytes.perSecond;
/** Who owes more than this is treated as owing this, so that a device can come back. */
const MAX_DEBT_MS = 60_000;

/**
 * How much one device may send, of each kind of frame and in bytes, over all its connections. It is kept as the moments at which
 * what came would have come at the allowed pace.
 */
export class FrameAllowance {
  /** By kind, and at the end for bytes. A plain array of doubles lies beside its object, where a typed one of this size does not. */
  readonly #paidUntilMs = new Array<number>(kinds.length + 1).fill(Number.NEGATIVE_INFINITY);

  /**
   * Counts a frame.
   * @param nowMs on the monotonic clock
   * @returns how long nothing more should be taken from this device; 0 within the allowance
   */
  charge(type: FrameType, sizeBytes: number, nowMs: number): number {
    const index = indexes.get(type);
    const waitMs = index === undefined ? 0 : this.#pay(index, costsMs[index] as number, nowMs);
    const waitForBytesMs = this.#pay(BYTES, sizeBytes * MS_PER_BYTE, nowMs);
    return Math.max(0, waitMs, waitForBytesMs);
  }

  /** @returns how far it is ahead of its pace then, ms; negative while it may go on */
  #pay(index: number, costMs: number, nowMs: number): number {
    const earliestMs = nowMs - (aheadMs[index] as number);
    const paidUntilMs = this.#paidUntilMs[index] as number;
    const owedMs = (paidUntilMs > earliestMs ? paidUntilMs : earliestMs) + costMs - nowMs;
    const waitMs = owedMs < MAX_DEBT_MS ? owedMs : MAX_DEBT_MS;
    this.#paidUntilMs[index] = nowMs + waitMs;
    return waitMs;
  }
}

/** What a frame is refused with that is larger than its link allows. @param isOpen whether the agent has proved its key */
export function tooLarge(isOpen: boolean): ProtocolError {
  const [when, maxBytes] = isOpen
    ? ['A frame', MAX_FRAME_BYTES]
    : ['Before authentication a frame', MAX_FRAME_BYTES_BEFORE_AUTH];
  return new ProtocolError('frame_too_large', `${when} has at most ${maxBytes} bytes.`);
}
