import type { clockFacts } from '../facts/clocks.ts';
import type { WordsFor } from '../word.ts';
import { capitalised } from './parts.ts';

/** What is due. */
const due = {
  acknowledged: 'the acknowledgement',
  responded: 'the response',
  on_site: 'being on site',
  restored: 'the restoration',
};

/** What somebody has to do in time. */
const toDo = {
  acknowledged: 'to acknowledge it',
  responded: 'to respond to the client',
  on_site: 'to be on site',
  restored: 'to restore it',
};

const missed = {
  acknowledged: 'Nobody acknowledged it',
  responded: 'No response to the client',
  on_site: 'Nobody was on site',
  restored: 'It was not restored',
};

const notYet = {
  acknowledged: 'nobody had acknowledged it',
  responded: 'nobody had responded',
  on_site: 'nobody was on site',
  restored: 'it was not restored',
};

const done = {
  acknowledged: 'a person acknowledged it',
  responded: 'a person responded',
  on_site: 'somebody was on site',
  restored: 'it was restored',
};

const causes = {
  opened: 'It was opened.',
  came_back: 'It came back.',
  by_itself: 'It stands by itself now.',
  resolved: 'The incident was resolved.',
  further: 'A person got so far.',
  reported: 'A person reported it.',
  answered_above: 'The incident above it was answered.',
  waiting: 'We wait for the client.',
};

const dues = {
  from_today: 'The response clock counts from today.',
  stays: 'For the response clock the due time stays.',
  changes: 'For the response clock the due time changes.',
};

const dueAt = (at: string | null): string => (at === null ? 'not due' : `due ${at}`);

export const clockWords: WordsFor<typeof clockFacts> = {
  'clock.cause': (p) => causes[p.why],
  'clock.cause.priority': (p) => `The priority went from ${p.from} to ${p.to}.`,
  'clock.cause.waited': (p) => `We waited ${p.waitedMs} for the client.`,
  'clock.cause.contract': (p) => `Version ${p.version} of the contract was made.`,
  'clock.terms': (p) => {
    const source = p.version === null ? 'Without a contract' : `By version ${p.version} of the contract (${p.tier})`;
    if (p.targetMs === null) return `${source} no response time is agreed for ${p.priority}.`;
    const kind = p.isAlways ? 'around the clock' : 'of service hours';
    const standings = { shown: ', shown and never breached', promised: '', internal: ', as our internal target' };
    return `${source} ${p.priority} has ${p.targetMs} ${kind} ${toDo[p.end]}${standings[p.standing]}.`;
  },
  'clock.computed': (p) =>
    `${p.cause} ${p.terms}${p.contractEndsOn === null ? '' : ` The contract ends on ${p.contractEndsOn}; the clock goes on under the terms it started with.`}`,
  'clock.recomputed': (p) => `${p.why} Now ${dueAt(p.dueAt)}, before ${dueAt(p.before)}.`,
  'clock.again': (p) =>
    `A new clock starts; the one before stays as it was closed: ${p.outcome === 'none' ? 'without a verdict' : p.outcome}${p.dueAt === null ? '' : `, due ${p.dueAt}`}.`,
  'clock.contract': (p) => `${p.cause} ${dues[p.how]}`,
  'clock.breached': (p) => p.parts.join(' '),
  'clock.missed': (p) =>
    `${missed[p.end]} by ${p.dueAt ?? ''}: the ${p.targetMs ?? ''} ${p.version === null ? 'of our internal target' : `of version ${p.version} of the contract`} are over.`,
  'clock.explained': (p) => {
    const began = `${p.isContractual ? 'The clock' : 'The clock of our internal target'} started ${p.startedAt}`;
    if (p.targetMs === null) return `${began}; no response time is agreed.`;
    const target = `${p.targetMs}${p.isAlways ? '' : ' of service hours'}${p.isFirm ? '' : ' (shown, never breached)'}`;
    const waited = p.waitedMs === null ? '' : ` Waiting for the client took ${p.waitedMs}, in which it stood still.`;
    if (p.isWaiting) return `${began} with ${target}; it stands still while we wait for the client.${waited}`;
    const when = p.dueAt === null ? 'its hours never suffice' : `${due[p.end]} is due ${p.dueAt}`;
    return `${began}; after ${target} ${when}.${waited}${p.verdict === null ? '' : ` ${p.verdict}`}`;
  },
  'clock.recovered': (p) => {
    const recovered = `it recovered by itself ${p.at}`;
    if (p.outcome === 'met') return `Met: ${recovered}, which the contract counts.`;
    return p.outcome === 'breached' ? `Breached: ${recovered}, too late.` : `Not counted: ${recovered}.`;
  },
  'clock.reached': (p) => {
    const reached = `${done[p.end]} ${p.at}`;
    if (p.outcome === 'none') return `${capitalised(reached)}.`;
    return p.outcome === 'met' ? `Met: ${reached}, ${p.byMs} before.` : `Breached: ${reached}, ${p.byMs} late.`;
  },
  'clock.not-reached': (p) => `Breached: ${notYet[p.end]} by then.`,
  'clock.resolved-before': 'Met: it was resolved before.',
  'clock.no-cure': 'That we wait for the client does not cure it.',
  'clock.not-on-site': (p) => `Nobody was on site by ${p.dueAt}, as the contract promises.`,
  'clock.warning': (p) => {
    const promise = p.isContractual ? `${due[p.end]} is due` : `by our internal target ${due[p.end]} is due`;
    const distance = p.dueAt.isPast ? `${p.dueAt.span} ago` : `in ${p.dueAt.span}`;
    return `80 % of the time is spent: ${promise} ${p.dueAt.at}, ${distance}.`;
  },
  'clock.paused': (p) => `The clock stands still: waiting for the client (${p.reason})`,
  'clock.resumed': (p) => `The clock runs again after ${p.waitedMs}${p.dueAt === null ? '' : `, now due ${p.dueAt}`}`,
  'clock.on-site-by': (p) => `Cannot be solved remotely: on site by ${p.dueAt}`,
  'clock.answered-above': 'The incident above it was answered, and that answers this one',
};
