import type { ClockEnd } from '../../../protocol/api/contract.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import { formatDuration, formatServiceHours } from '../wording.ts';
import { formatLocal } from './local-time.ts';
import type { ClockTerms, ResponseClock } from './response-clock.ts';
import { targetOf } from './tiers.ts';

/** What people read of a response clock: whole sentences, with their numbers. */

/** What is due. */
export const dueNouns: Record<ClockEnd, string> = {
  acknowledged: 'the acknowledgement',
  responded: 'the response',
  on_site: 'being on site',
  restored: 'the restoration',
};

/** What somebody has to do in time. */
const verbs: Record<ClockEnd, string> = {
  acknowledged: 'to acknowledge it',
  responded: 'to respond to the client',
  on_site: 'to be on site',
  restored: 'to restore it',
};

const missed: Record<ClockEnd, string> = {
  acknowledged: 'Nobody acknowledged it',
  responded: 'No response to the client',
  on_site: 'Nobody was on site',
  restored: 'It was not restored',
};

export function breachSentence({ dueAt, timeZone, contractual, computations, endsAt }: ResponseClock): string {
  const current = computations.at(-1);
  const target = current?.targetMs ? formatServiceHours(current.targetMs) : '';
  const whose = contractual ? `of version ${current?.contractVersion} of the contract` : 'of our internal target';
  return `${missed[endsAt]} by ${dueAt === null ? '' : formatLocal(dueAt, timeZone)}: the ${target} ${whose} are over.`;
}

/** @param dueAt when it is due, at or after `now` */
export function warningSentence({ contractual, timeZone, endsAt }: ResponseClock, dueAt: number, now: number): string {
  const noun = dueNouns[endsAt];
  const promise = contractual ? `${noun} is due` : `by our internal target ${noun} is due`;
  return `80 % of the time is spent: ${promise} ${formatLocal(dueAt, timeZone)}, in ${formatDuration(dueAt - now)}.`;
}

/** What the terms say of a priority. */
export function termsSentence(clock: ResponseClock, priority: Priority, under: ClockTerms): string {
  const { targetMs, binding, aroundTheClock: isAlways } = targetOf(under.terms, priority);
  const source =
    under.version === null
      ? 'Without a contract'
      : `By version ${under.version} of the contract (${under.terms.tierName})`;
  if (targetMs === null) return `${source} no response time is agreed for ${priority}.`;
  const kind = isAlways ? 'around the clock' : 'of service hours';
  const standing = !binding ? ', shown and never breached' : clock.contractual ? '' : ', as our internal target';
  return `${source} ${priority} has ${formatServiceHours(targetMs)} ${kind} ${verbs[clock.endsAt]}${standing}.`;
}

export function endSentence(dueAt: number | null, { until, terms }: ClockTerms): string {
  if (dueAt === null || dueAt < until) return '';
  return ` The contract ends on ${terms.endsOn}; the clock goes on under the terms it started with.`;
}
