import { uptime } from 'node:os';
import { performance } from 'node:perf_hooks';

/** The server's only source of time. */
export interface Clock {
  /** Whole milliseconds since 1970. Goes back by nothing but {@link ClockSteps.adopt}. */
  now(): number;
  /** The machine's time of day minus {@link now}, in ms. */
  driftMs(): number;
  /** What became of steps of the time of day; absent for clocks that have none. */
  readonly steps?: ClockSteps;
}

/** A step: the time of day was set, while the monotonic clock went on as ever. */
export interface ClockDoubt {
  /** How far the time of day is ahead of the server's own pace, ms; negative if it is behind. */
  readonly sizeMs: number;
  /** How long it has been so, ms. */
  readonly forMs: number;
}

export interface ClockSteps {
  /** A step that is not taken over; null while the time of day and the server's own pace agree. */
  doubt(): ClockDoubt | null;
  /** Takes it over, forwards or back. Returns its size in ms. */
  adopt(): number;
  /** Goes on from `at`, ms since 1970, in place of a time of day that cannot be believed: that is doubted like one that was set. */
  goOnFrom(at: number): void;
}

/** The time of day may pull the clock by this share of elapsed time. */
const SLEW_RATIO = 0.05;
/** A time of day further away was set. */
export const STEP_MS = 30_000;

/**
 * A clock that takes its pace from the monotonic clock and its date from the time of day. Small differences are slewed. A machine
 * that slept wakes to the right time at once, and the watcher sees it as its own blindness, because nothing ticked in between. A
 * time of day that was set is not followed by itself: whoever watches decides by what others say whether it is right.
 */
export function createClock(
  wallNow: () => number = Date.now,
  monotonicNow: () => number = () => performance.now(),
  /** Monotonic too, and goes on while the machine sleeps, ms. */
  bootNow: () => number = () => uptime() * 1_000,
): Clock & { readonly steps: ClockSteps } {
  // Fields of an object: variables that functions share would each be a new number at every reading of the clock.
  const pace = { now: wallNow(), readAt: monotonicNow() };
  let doubtedAt: number | null = null;
  /** What the machine has slept in all, as far as it was taken over. */
  const sleptAtStart = bootNow() - pace.readAt;
  let slept = 0;

  /** How long the machine slept since it was asked last. */
  function wake(read: number): number {
    const total = bootNow() - read - sleptAtStart;
    const since = total - slept;
    if (since < STEP_MS / 2) return 0;
    slept = total;
    return since;
  }

  /** The time of day is far from the clock: the machine slept, or it was set. */
  function leap(aheadMs: number): void {
    const wokenMs = aheadMs > 0 && doubtedAt === null ? wake(pace.readAt) : 0;
    pace.now += wokenMs;
    if (Math.abs(aheadMs - wokenMs) > STEP_MS) doubtedAt ??= pace.readAt;
    else doubtedAt = null;
  }

  // Asked several times for each frame of an agent: short, so that it is compiled into whoever asks.
  const advance = (): number => {
    const read = monotonicNow();
    const slewMs = (read - pace.readAt) * SLEW_RATIO;
    pace.now += read - pace.readAt;
    pace.readAt = read;
    const aheadMs = wallNow() - pace.now;
    if (Math.abs(aheadMs) > STEP_MS) leap(aheadMs);
    else {
      if (doubtedAt !== null) doubtedAt = null;
      pace.now += Math.max(-slewMs, Math.min(slewMs, aheadMs));
    }
    return Math.floor(pace.now);
  };
  return {
    now: advance,
    driftMs: () => Math.round(wallNow() - advance()),
    steps: {
      doubt() {
        advance();
        return doubtedAt === null ? null : { sizeMs: Math.round(wallNow() - pace.now), forMs: pace.readAt - doubtedAt };
      },
      adopt() {
        advance();
        const sizeMs = Math.round(wallNow() - pace.now);
        pace.now += sizeMs;
        doubtedAt = null;
        return sizeMs;
      },
      goOnFrom(at) {
        advance();
        pace.now = at;
        advance();
      },
    },
  };
}
