import type { Clocks } from '../../protocol/wire/frame.ts';
import { nextRoundDelayMs, noticeWake, phaseMs, type Wake } from './schedule.ts';

export interface RoundsOptions {
  readonly publicKey: Uint8Array;
  readonly intervalMs: number;
  readonly clocks: () => Clocks;
  /** One round. Never called while the one before still runs: that round is skipped. */
  readonly round: () => Promise<void>;
  /** Called whenever the clocks were looked at, every few seconds. */
  readonly onLook: (clocks: Clocks) => void;
  /** The machine slept or this process stood still. A round follows at once. */
  readonly onWake: (wake: Wake) => void;
}

export interface Rounds {
  setInterval(intervalMs: number): void;
  stop(): void;
}

/** The clocks are looked at this often at least, so a sleep goes unnoticed no longer than this after its end. */
const LOOK_EVERY_MS = 10_000;

/**
 * Makes the first round now and the others at this device's phase of the interval. One timer serves rounds and looks: each
 * time a process wakes up costs the machine more than what it then does.
 */
export function startRounds(options: RoundsOptions): Rounds {
  const { publicKey, clocks, round, onLook, onWake } = options;
  let { intervalMs } = options;
  let phase = phaseMs(publicKey, intervalMs);
  let isRunning = false;
  let timer: NodeJS.Timeout | undefined;
  let lastLook = clocks();
  /** On the monotonic clock. */
  let dueAtMs = lastLook.monotonicMs;
  let sleptForMs = 0;

  const plan = ({ wallMs, monotonicMs }: Clocks): void => {
    dueAtMs = monotonicMs + nextRoundDelayMs(wallMs, intervalMs, phase);
  };
  const rest = (now: Clocks): void => {
    if (timer !== undefined) clearTimeout(timer);
    sleptForMs = Math.min(dueAtMs - now.monotonicMs, LOOK_EVERY_MS);
    timer = setTimeout(look, sleptForMs);
  };
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    await round().finally(() => {
      isRunning = false;
    });
  };
  const look = (): void => {
    timer = undefined;
    const now = clocks();
    const wake = noticeWake(lastLook, now, sleptForMs);
    lastLook = now;
    // A timer may fire a moment early.
    const isDue = wake !== undefined || dueAtMs - now.monotonicMs <= 1;
    if (isDue) plan(now);
    rest(now);
    if (wake !== undefined) onWake(wake);
    if (isDue) void run();
    onLook(now);
  };
  look();

  return {
    setInterval(ms) {
      if (ms === intervalMs) return;
      intervalMs = ms;
      phase = phaseMs(publicKey, ms);
      const now = clocks();
      plan(now);
      rest(now);
    },
    stop() {
      clearTimeout(timer);
    },
  };
}
