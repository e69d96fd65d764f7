import type { Clocks } from '../protocol/frame.ts';
import { nextRoundDelayMs, noticeWake, phaseMs, type Wake } from './schedule.ts';

export interface RoundsOptions {
  readonly publicKey: Uint8Array;
  readonly intervalMs: number;
  readonly clocks: () => Clocks;
  /** One round. Never called while the one before still runs: that round is skipped. */
  readonly round: () => Promise<void>;
  /** Called in between, every few seconds. */
  readonly tick: () => void;
  /** The machine slept or this process stood still. A round follows at once. */
  readonly onWake: (wake: Wake) => void;
}

export interface Rounds {
  setInterval(intervalMs: number): void;
  stop(): void;
}

/** How often the clocks are looked at, and so how long a sleep goes unnoticed after its end. */
const TICK_MS = 5_000;

/** Makes the first round now and the others at this device's phase of the interval. */
export function startRounds(options: RoundsOptions): Rounds {
  const { publicKey, clocks, round, tick, onWake } = options;
  let { intervalMs } = options;
  let isRunning = false;
  let timer: NodeJS.Timeout | undefined;
  let lastLook = clocks();

  const runOne = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    await round().finally(() => {
      isRunning = false;
    });
  };
  const schedule = (): void => {
    clearTimeout(timer);
    const delayMs = nextRoundDelayMs(clocks().wallMs, intervalMs, phaseMs(publicKey, intervalMs));
    timer = setTimeout(next, delayMs);
  };
  const next = (): void => {
    schedule();
    void runOne();
  };
  const ticker = setInterval(() => {
    const look = clocks();
    const wake = noticeWake(lastLook, look, TICK_MS);
    lastLook = look;
    if (wake !== undefined) {
      onWake(wake);
      next();
    }
    tick();
  }, TICK_MS);
  next();

  return {
    setInterval(ms) {
      if (ms === intervalMs) return;
      intervalMs = ms;
      schedule();
    },
    stop() {
      clearTimeout(timer);
      clearInterval(ticker);
    },
  };
}
