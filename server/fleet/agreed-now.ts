import type { Clock } from '../platform/clock.ts';
import type { DeviceRecord } from './device-record.ts';

/** Whose clock was read longer ago is not asked. */
const RECENT_MS = 3_600_000;
/** So many, or half of all, say enough: a single one may be on the server's own machine and have its clock. */
const ENOUGH = 3;

/**
 * By which what was kept for long enough is removed, ms since 1970: nobody is asked where no machine is. Null while nobody can say
 * what time it is.
 */
export function expiryNow(devices: ReadonlyMap<string, Heard>, clock: Clock): number | null {
  if (devices.size > 0) return agreedNow(devices.values(), clock);
  return clock.steps?.doubt() ? null : clock.now();
}

interface Heard {
  readonly memory: Pick<DeviceRecord['memory'], 'dating'>;
}

/**
 * The time that the clocks of agents agree with, ms since 1970, never later than the server's own: half of those that were heard
 * within the hour say that it is at least so late. Null while the server doubts its time of day, or if too few were heard: what cannot
 * be taken back, such as the removal of history, waits for as long.
 */
export function agreedNow(devices: Iterable<Heard>, clock: Clock): number | null {
  if (clock.steps?.doubt()) return null;
  const now = clock.now();
  const ahead: number[] = [];
  let all = 0;
  for (const { memory } of devices) {
    const { dating } = memory;
    all += 1;
    if (dating && dating.sampledAt <= now && now - dating.sampledAt < RECENT_MS) ahead.push(dating.clockOffsetMs);
  }
  if (ahead.length < Math.min(ENOUGH, Math.ceil(all / 2))) return null;
  ahead.sort((one, other) => one - other);
  const middle = ahead[Math.floor((ahead.length - 1) / 2)];
  return middle === undefined ? null : now + Math.min(0, middle);
}

/** How long an answer serves for what may wait. */
const SERVES_MS = 30_000;

/**
 * {@link agreedNow} for who asks several times a second: all devices are asked every 30 s only, so that it lags by as much. A doubt
 * counts at once.
 */
export function agreedLately(
  devices: () => Parameters<typeof agreedNow>[0],
  clock: Clock,
  monotonicNow: () => number = () => performance.now(),
): () => number | null {
  let askedAtMs = Number.NEGATIVE_INFINITY;
  let agreed: number | null = null;
  return () => {
    if (clock.steps?.doubt()) {
      askedAtMs = Number.NEGATIVE_INFINITY;
      return null;
    }
    const nowMs = monotonicNow();
    if (nowMs - askedAtMs < SERVES_MS) return agreed;
    askedAtMs = nowMs;
    agreed = agreedNow(devices(), clock);
    return agreed;
  };
}
