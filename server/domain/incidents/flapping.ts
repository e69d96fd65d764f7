import type { Said } from '../../../protocol/said/said.ts';
import type { RuleName } from '../rules/rule.ts';

/**
 * Whether something changes so often that single messages only hide it (Nagios's flap detection): of the last 21 hard states,
 * the change of rank x in 1..20, oldest first, weighs 0.75 + 0.5 (x - 1) / 19; the sum in percent starts flapping at 30 and
 * stops it at 20. Counted in 76ths of a twentieth, so that no sum of fractions decides.
 */

/** What is remembered of an incident. Plain data, kept as JSON. */
export interface FlapMemory {
  /** The last hard states, oldest first, at most 21: 1 where it stood, 0 where it was over. */
  readonly states: string;
  /** When the last of them was seen, ms. */
  readonly at: number;
  /** How often it is looked at: so often an unchanged state counts again, ms. */
  readonly everyMs: number;
  readonly isFlapping: boolean;
  /** What was said at the last change. */
  readonly said: Said;
}

export interface HardState {
  readonly isBad: boolean;
  readonly at: number;
  readonly everyMs: number;
  readonly said: Said;
}

const STATES = 21;
/** A change of rank x weighs (55 + 2x) / 76, and twenty of the mean weight are 100 %. */
const weightOf = (rank: number): number => 55 + 2 * rank;
const WHOLE = 1_520;
const STARTS_AT = WHOLE * 0.3;
const STOPS_AT = WHOLE * 0.2;
/** Where nothing says how often a rule looks. */
export const DEFAULT_EVERY_MS = 60_000;

/** Rules whose edges are events, or which have messages of their own for what comes and goes. */
const steady: ReadonlySet<RuleName> = new Set([
  'contact',
  'site.contact',
  'site.emergency',
  'site.power',
  'line.unsteady',
  'server.blind',
  'server.clock',
  'server.history',
  'reboot.unexpected',
  'availability.budget',
  'availability.burn-rate',
  'maintenance.return',
  'identity.cloned',
  'person.report',
]);

/** Whether incidents of this rule may flap. */
export function mayFlap(rule: RuleName): boolean {
  return !steady.has(rule);
}

/** How much the states change, in percent. Before the first of fewer than 21 nothing is assumed to have changed. */
export function flapPercent(states: string): number {
  return (weightIn(states) * 100) / WHOLE;
}

/** How many of the states differ from the one before. */
export function changesIn(states: string): number {
  return [...states].filter((state, index) => index > 0 && state !== states[index - 1]).length;
}

/** The memory with a change in it, and with the unchanged states since the last. */
export function flapAfter(before: FlapMemory | null, { isBad, at, everyMs, said }: HardState): FlapMemory {
  const between = before === null ? 0 : Math.round((at - before.at) / everyMs) - 1;
  const calm = before === null ? null : repeated(before, between, before.at);
  const states = `${calm?.states ?? ''}${isBad ? '1' : '0'}`.slice(-STATES);
  return { states, at, everyMs, said, isFlapping: isStillFlapping(calm?.isFlapping ?? false, states) };
}

/** The memory as it is by now, when nothing has changed since. */
export function flapUntil(memory: FlapMemory, now: number): FlapMemory {
  const passed = Math.floor((now - memory.at) / memory.everyMs);
  return passed <= 0 ? memory : repeated(memory, passed, memory.at + passed * memory.everyMs);
}

/** Whether it stood when it was seen last. */
export function isBadLast({ states }: FlapMemory): boolean {
  return states.endsWith('1');
}

function repeated(memory: FlapMemory, times: number, at: number): FlapMemory {
  const last = memory.states.slice(-1);
  const states = `${memory.states}${last.repeat(Math.min(Math.max(times, 0), STATES))}`.slice(-STATES);
  return { ...memory, states, at, isFlapping: isStillFlapping(memory.isFlapping, states) };
}

function isStillFlapping(wasFlapping: boolean, states: string): boolean {
  const weight = weightIn(states);
  return wasFlapping ? weight > STOPS_AT : weight >= STARTS_AT;
}

function weightIn(states: string): number {
  let weight = 0;
  for (let index = states.length - 1, rank = STATES - 1; index > 0 && rank > 0; index -= 1, rank -= 1) {
    if (states[index] !== states[index - 1]) weight += weightOf(rank);
  }
  return weight;
}
