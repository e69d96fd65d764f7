import type { MaintenanceInput } from '../../../protocol/api/maintenance.ts';
import { occurrences, type Span } from './maintenance.ts';

/** A plan by which something is silent for more than this share of the time is no planned work any more. */
export const ALMOST_ALWAYS = 2 / 3;
const WEEKS = 4;
const LOOKED_AT_MS = WEEKS * 7 * 86_400_000;

/** The share of the four weeks from `at` on, 0..1, in which at least one of the plans silences. */
export function silentShare(plans: readonly MaintenanceInput[], at: number): number {
  const until = at + LOOKED_AT_MS;
  const spans = plans.flatMap((plan) => occurrences(plan, at, until)).toSorted((a, b) => a.start - b.start);
  let silentMs = 0;
  let told = at;
  for (const { start, end } of spans satisfies Span[]) {
    const [from, to] = [Math.max(start, told), Math.min(end, until)];
    if (to <= from) continue;
    silentMs += to - from;
    told = to;
  }
  return silentMs / LOOKED_AT_MS;
}

/** True if a plan covers everything that another one covers. */
export function coversTarget(plan: MaintenanceInput, other: MaintenanceInput): boolean {
  if (plan.clientId !== other.clientId) return false;
  const isSame = plan.target.kind === other.target.kind && plan.target.id === other.target.id;
  return plan.target.kind === 'client' || isSame;
}
