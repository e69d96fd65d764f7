import type { Priority } from '../../../protocol/api/view.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { ClockTerms, ResponseClock } from './response-clock.ts';
import { targetOf } from './tiers.ts';

/** What is said of a response clock. */

export function sayMissed({ dueAt, contractual, computations, endsAt }: ResponseClock): Said {
  const current = computations.at(-1);
  const version = contractual ? (current?.contractVersion ?? null) : null;
  return said('clock.missed', { end: endsAt, dueAt, targetMs: current?.targetMs ?? null, version });
}

/** @param dueAt when it is due */
export function sayWarning({ contractual, endsAt }: ResponseClock, dueAt: number): Said {
  return said('clock.warning', { end: endsAt, isContractual: contractual, dueAt });
}

/** What the terms say of a priority. */
export function sayTerms(clock: ResponseClock, priority: Priority, under: ClockTerms): Said {
  const { targetMs, binding, aroundTheClock: isAlways } = targetOf(under.terms, priority);
  const standing = !binding ? 'shown' : clock.contractual ? 'promised' : 'internal';
  const { version, terms } = under;
  return said('clock.terms', {
    version,
    tier: terms.tierName,
    priority,
    targetMs,
    isAlways,
    end: clock.endsAt,
    standing,
  });
}

/** The date on which the contract ends, if the clock goes on beyond it. */
export function contractEnd(dueAt: number | null, { until, terms }: ClockTerms): string | null {
  return dueAt === null || dueAt < until ? null : (terms.endsOn ?? null);
}
