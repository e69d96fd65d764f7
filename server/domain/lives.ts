/**
 * The lives of an agent: one run of its process on one machine. A life that is still going on after a later one has begun shows that
 * two machines hold the key, however alike they are.
 */

/** A run proves the key: the time by the server's clock and by that of the machine's boot, ms. */
export interface Sign {
  /** 32 hex digits. */
  readonly runId: string;
  readonly bootId: string;
  readonly at: number;
  readonly bootMs: number;
}

/** A run and its newest sign. Plain data, kept as JSON. */
export interface Life extends Sign {
  /** When it first proved the key. */
  readonly firstAt: number;
}

/** Far more than there are starts between two machines' turns. */
export const MAX_LIVES = 32;
/** What a handshake over a slow link may add to the difference of two clocks. */
const TOLERANCE_MS = 5_000;
const DRIFT_RATIO = 500e-6;

/** What a sign says: `others` have lived beside the life that gave it; `isFirst` if that one was there before them. */
export interface Crossing {
  readonly isFirst: boolean;
  readonly others: readonly Life[];
}

/**
 * Takes a sign in, in place. Returns null while all lives may have followed one another: starts of the agent, of its machine, and a
 * machine that was set back to a snapshot, whose boot clock then lags behind. Else those that cannot be the machine that is judged
 * have left `lives`.
 */
export function takeSign(lives: Life[], sign: Sign): Crossing | null {
  const place = lives.findIndex(({ runId }) => runId === sign.runId);
  const known = lives[place];
  if (known === undefined) {
    lives.push({ ...sign, firstAt: sign.at });
    if (lives.length > MAX_LIVES) lives.shift();
    return null;
  }
  const later = lives.splice(place + 1);
  const life = { ...sign, firstAt: known.firstAt };
  lives[place] = life;
  if (later.length === 0) return null;
  if (!keptPace(known, sign)) {
    // Set back to an earlier state: it is the newest life now.
    lives.splice(place, 1, ...later, life);
    return null;
  }
  if (later.every(({ firstAt }) => firstAt >= known.firstAt)) return { isFirst: true, others: later };
  lives.splice(place, 1, ...later);
  return { isFirst: false, others: [life] };
}

/** The newest life is alive: what is known of its boot clock now. */
export function refreshLife(lives: Life[], { bootId, at, bootMs }: Omit<Sign, 'runId'>): void {
  const newest = lives.at(-1);
  if (newest?.bootId === bootId && at > newest.at) lives[lives.length - 1] = { ...newest, at, bootMs };
}

/** Whether the boot clock went on as time did: the machine ran all the while. */
function keptPace(before: Sign, after: Sign): boolean {
  const elapsedMs = after.at - before.at;
  if (before.bootId !== after.bootId || elapsedMs < 0) return false;
  return Math.abs(after.bootMs - before.bootMs - elapsedMs) <= TOLERANCE_MS + elapsedMs * DRIFT_RATIO;
}
