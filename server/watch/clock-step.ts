import type { CompiledQuery } from 'kysely';
import type { SetBack } from '../domain/moved-back.ts';
import { STEP_MS } from '../platform/clock.ts';
import type { SeriesStep } from '../platform/series/series-store.ts';
import type { Store } from '../platform/store/store.ts';

/** A step forwards that the server followed: should it prove wrong, all that was stamped from `since` on is wrong by its size. */
export interface KnownStep {
  readonly sizeMs: number;
  /** The first instant after it, by the clock that was set. */
  readonly since: number;
}

const SETTING = 'clock.step';
const UNDONE = 'clock.undone';
/** Two steps that differ by less are one, there and back: clocks drift meanwhile. */
const SAME_MS = 60_000;
/**
 * A clock that has stood for so long since is right: agents, people and certificates would have said so. Whoever sets it back later
 * by as much mends something else, and says nothing of what was stamped since.
 */
const KNOWN_FOR_MS = 7 * 86_400_000;

/** The step by which the clock may be wrong, or null. What is stored and is none is passed over. */
export async function readStep(store: Pick<Store, 'settings'>): Promise<KnownStep | null> {
  const step = (await store.settings.get(SETTING)) as Partial<KnownStep> | null | undefined;
  return typeof step?.sizeMs === 'number' && typeof step.since === 'number' && step.sizeMs > 0
    ? { sizeMs: step.sizeMs, since: step.since }
    : null;
}

export function stepStatement(store: Pick<Store, 'settings'>, step: KnownStep | null): CompiledQuery {
  return store.settings.setStatement(SETTING, step);
}

/**
 * The step that was taken back last, in the transaction that dates anew what the state holds: the series learn of it afterwards, at the
 * latest at the next start.
 */
export function undoneStatement(store: Pick<Store, 'settings'>, undone: SetBack): CompiledQuery {
  return store.settings.setStatement(UNDONE, undone);
}

/** What the series are to be told at a start; those that know it already do nothing. Null if nothing was ever taken back. */
export async function readUndone(store: Pick<Store, 'settings'>): Promise<SeriesStep | null> {
  const undone = (await store.settings.get(UNDONE)) as Partial<SetBack> | null | undefined;
  return typeof undone?.sizeMs === 'number' && typeof undone.since === 'number'
    ? { kind: 'undone', sizeMs: undone.sizeMs, since: undone.since }
    : null;
}

/** What a step that the clock followed means for the series; null if nothing that they hold is known to be wrong. */
export function seriesStep({ sizeMs, since, now }: SetBack & { readonly now: number }): SeriesStep | null {
  if (sizeMs > 0) return { kind: 'ahead', since: now };
  return Number.isFinite(since) ? { kind: 'undone', since, sizeMs } : null;
}

/** What a step back says of what was stamped since a known one. `before`: what the clock said when it was taken, ms. */
export function setBackBy(sizeMs: number, known: KnownStep | null, before: number): SetBack {
  const isUndone = known !== null && Math.abs(known.sizeMs + sizeMs) < SAME_MS && isYoung(known, before);
  return { sizeMs, since: isUndone ? known.since : Number.POSITIVE_INFINITY };
}

/** Whether a server that was alive at `aliveAt` cannot be followed by one at `now`, unless one of the two times is wrong. */
export function isBehind(now: number, aliveAt: number | null): aliveAt is number {
  return aliveAt !== null && aliveAt - now > STEP_MS;
}

/**
 * The same for a start: the clock was set back while no server ran if it was later than now when the last one was alive, and by no
 * more than the known step. By more, it is not that step that was taken back.
 */
export function setBackMeanwhile(now: number, aliveAt: number | null, known: KnownStep | null): SetBack | undefined {
  return known !== null && isBehind(now, aliveAt) && aliveAt - now <= known.sizeMs + SAME_MS && isYoung(known, aliveAt)
    ? { sizeMs: -known.sizeMs, since: known.since }
    : undefined;
}

function isYoung({ since }: KnownStep, at: number): boolean {
  return at - since < KNOWN_FOR_MS;
}
