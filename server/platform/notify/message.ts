import type { ClockEnd } from '../../../protocol/api/contract.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { wholeEnglish } from '../../../protocol/said/en/whole.ts';
import * as figures from '../../../protocol/said/figures.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { readSaid } from '../../../protocol/said/read.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import { word } from '../../../protocol/said/word.ts';
import type { IncidentFacts, Notice, NoticePayload } from './notice.ts';
import { cut, line, nameOf } from './one-line.ts';

/** What a receiver is told, in parts that each medium puts in its own form. All text is plain: nothing in it is markup. */
export interface Message {
  readonly idempotencyKey: string;
  /** Such as `incident.raised`, `digest`, `summary`, `test`. */
  readonly kind: string;
  readonly priority: Priority | null;
  /** When it happened, ms. */
  readonly at: number;
  /** One line. */
  readonly title: string;
  readonly sentence: string;
  readonly facts: readonly Fact[];
  /** What happened since, or the entries of a list; oldest first. */
  readonly lines: readonly string[];
  /** How many more entries there are than `lines` names. */
  readonly more: number;
  readonly link: string | null;
  /** The same for all messages about one incident, so that mail programs show them together. */
  readonly thread: string | null;
  /** For machines: what was stored when it happened. */
  readonly payload: unknown;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Rendering {
  readonly idempotencyKey: string;
  /** Where people open the dashboard, without a trailing slash. */
  readonly origin: string;
  readonly timeZone: string;
}

const MAX_TITLE = 160;
const MAX_SENTENCE = 1_000;
const MAX_SINCE = 10;
const MAX_ENTRIES = 100;

const headings = new Map<string, string>([
  ['incident.raised', ''],
  ['incident.changed', 'Worse: '],
  ['incident.flapping', 'Flapping: '],
  ['incident.calm', 'No longer flapping, but not well: '],
  ['incident.resolved', 'Resolved: '],
  ['incident.reminded', 'Still open: '],
  ['incident.rto_warning', 'RTO at risk: '],
  ['incident.rto_breach', 'RTO breached: '],
]);
const priorities: Readonly<Record<Priority, string>> = {
  emergency: 'Emergency',
  high: 'High',
  medium: 'Medium',
  normal: 'Normal',
};
const dueNames: Readonly<Record<ClockEnd, string>> = {
  acknowledged: 'Acknowledgement',
  responded: 'Response',
  on_site: 'Arrival on site',
  restored: 'Restoration',
};
const ranks: readonly Priority[] = ['emergency', 'high', 'medium', 'normal'];

/** Of a clock: what is due, as long as nobody got so far; else it is the time to be on site, of which the note speaks. */
function clockHeading(kind: string, incident: IncidentFacts | null): string {
  const due = kind === 'incident.clock_warning' ? 'due soon' : kind === 'incident.clock_breach' ? 'overdue' : null;
  if (due === null) return '';
  const what = incident?.dueAt == null ? '' : dueNames[incident.dueEnd];
  return `${what ? `${what} ${due}` : `${due[0]?.toUpperCase()}${due.slice(1)}`}: `;
}

function dueText({ dueAt, dueZone, dueIsFirm }: IncidentFacts): string | null {
  if (dueAt === null) return null;
  return `${formatTime(dueAt, dueZone)}${dueIsFirm ? '' : ', or as technicians are free'}`;
}

const isOfClock = (kind: string): boolean => kind.startsWith('incident.clock_') || kind.startsWith('incident.rto_');

/** The message of one notice. */
export function noticeMessage(notice: Notice, rendering: Rendering): Message {
  const { kind, payload, incident } = notice;
  const at = atOf(payload);
  const priority = priorityOf(payload.priority) ?? incident?.priority ?? null;
  const sentence = sentenceOf(payload, rendering.timeZone) || kind;
  const place = placeOf(notice);
  const heading = headings.get(kind) ?? clockHeading(kind, incident);
  const label = kind === 'incident.raised' && priority ? `${priorities[priority]}: ` : heading;
  const what = titleOf(payload, rendering.timeZone) || sentence;
  return {
    idempotencyKey: rendering.idempotencyKey,
    kind,
    priority,
    at,
    title: cut(`${label}${place ? `${place}: ` : ''}${what}`, MAX_TITLE),
    sentence,
    facts: factsOf(notice, priority, rendering.timeZone),
    lines: incident ? since(incident, at, rendering.timeZone) : [],
    more: 0,
    link: incident ? `${rendering.origin}/incidents/${encodeURIComponent(incident.id)}` : rendering.origin,
    thread: incident?.id ?? null,
    payload: forMachines(payload),
  };
}

/** The morning's digest, what a flood of messages became, and what a receiver missed. */
export type ListKind = 'digest' | 'summary' | 'missed';

/** One message of many notices, oldest first. */
export function listMessage(kind: ListKind, notices: readonly Notice[], rendering: Rendering): Message {
  const entries = entriesOf(notices);
  const worst = ranks.find((rank) => entries.some((entry) => entry.priority === rank)) ?? null;
  const open = entries.filter((entry) => !entry.isOver).length;
  const at = Math.max(...notices.map(({ payload }) => atOf(payload)));
  const title = said('list.title', { list: kind, entries: entries.length, open });
  const more = Math.max(0, entries.length - MAX_ENTRIES);
  return {
    idempotencyKey: rendering.idempotencyKey,
    kind: kind === 'missed' ? 'summary' : kind,
    priority: worst,
    at,
    title: worded(title, at, rendering.timeZone),
    sentence: worded(said('list.lead', { list: kind }), at, rendering.timeZone),
    facts: [],
    lines: entries.slice(0, MAX_ENTRIES).map((entry) => describeEntry(entry, kind === 'missed', rendering.timeZone)),
    more,
    link: `${rendering.origin}/incidents`,
    thread: null,
    payload: { entries: entries.slice(0, MAX_ENTRIES).map(({ notice }) => forMachines(notice.payload)), more },
  };
}

/** What the test button sends. */
export function testMessage(receiverName: string, at: number, rendering: Rendering): Message {
  return {
    idempotencyKey: rendering.idempotencyKey,
    kind: 'test',
    priority: null,
    at,
    title: worded(said('test.title'), at, rendering.timeZone),
    sentence: worded(said('test.lead'), at, rendering.timeZone),
    facts: [{ label: 'Receiver', value: nameOf(receiverName) }],
    lines: [],
    more: 0,
    link: rendering.origin,
    thread: null,
    payload: {},
  };
}

interface Entry {
  readonly notice: Notice;
  readonly priority: Priority | null;
  readonly isOver: boolean;
}

/** One entry for each incident, as it is at the last notice about it, in the order of the first; other notices are their own. */
function entriesOf(notices: readonly Notice[]): Entry[] {
  const entries = new Map<unknown, Entry>();
  for (const notice of notices) {
    const isOver = notice.kind === 'incident.resolved' || notice.incident?.state === 'resolved' || !notice.incident;
    const priority = priorityOf(notice.payload.priority) ?? notice.incident?.priority ?? null;
    entries.set(notice.payload.incidentId ?? notice, { notice, priority, isOver });
  }
  return [...entries.values()];
}

/** @param isNow says what is known of the incident by now, not what was to be told then */
function describeEntry({ notice, priority, isOver }: Entry, isNow: boolean, timeZone: string): string {
  const { incident, payload } = notice;
  const sentence =
    (isOver || isNow) && incident
      ? worded(incident.said, incident.resolvedAt ?? atOf(payload), timeZone)
      : sentenceOf(payload, timeZone);
  const state = incident ? `${isOver ? 'resolved' : priority ? priorities[priority] : 'open'}: ` : '';
  const place = [notice.clientName, incident?.deviceName ?? incident?.serviceName ?? incident?.siteName]
    .map(nameOf)
    .filter(Boolean)
    .join(', ');
  const when = typeof payload.at === 'number' ? ` (${formatTime(payload.at, timeZone)})` : '';
  return `${state}${place ? `${place}: ` : ''}${sentence || titleOf(payload, timeZone) || notice.kind}${when}`;
}

function factsOf({ kind, incident, clientName, payload }: Notice, priority: Priority | null, timeZone: string): Fact[] {
  const facts: [string, string | null][] = [
    ['Client', clientName],
    ['Site', incident?.siteName ?? null],
    ['Device', incident?.deviceName ?? null],
    ['Service', incident?.serviceName ?? null],
    ['Priority', priority && priorities[priority]],
    ['Since', incident && formatTime(incident.onsetAt, timeZone)],
    [`${dueNames[incident?.dueEnd ?? 'responded']} due`, incident && dueText(incident)],
    ['Note', isOfClock(kind) ? noteOf(payload, timeZone) : null],
  ];
  return facts.flatMap(([label, value]) => (value ? [{ label, value: isolated(line(value, MAX_SENTENCE - 2)) }] : []));
}

const atOf = ({ at }: NoticePayload): number => (typeof at === 'number' ? at : 0);

/** For people, who cannot ask a message for its zone: every time names it. */
function worded(said: Said, now: number, timeZone: string): string {
  return line(word(said, { catalogue: wholeEnglish, timeZone, now, instants: 'zoned' }), MAX_SENTENCE);
}

/** An instant, as the facts around it tell theirs. */
function formatTime(at: number, timeZone: string): string {
  return figures.instant({ tag: wholeEnglish.tag, timeZone, now: at, instants: 'zoned' }, at);
}

function sentenceOf(payload: NoticePayload, timeZone: string): string {
  return payload.said === undefined ? '' : worded(readSaid(payload.said), atOf(payload), timeZone);
}

function titleOf(payload: NoticePayload, timeZone: string): string {
  const { title, titleSaid } = payload;
  return titleSaid === undefined
    ? line(title, MAX_TITLE)
    : cut(worded(readSaid(titleSaid), atOf(payload), timeZone), MAX_TITLE);
}

function noteOf(payload: NoticePayload, timeZone: string): string {
  return payload.noteSaid === undefined ? '' : worded(readSaid(payload.noteSaid), atOf(payload), timeZone);
}

/** What programs get: the facts, and their plain words beside them. */
function forMachines(payload: NoticePayload): NoticePayload {
  const at = atOf(payload);
  return {
    ...payload,
    ...(payload.said === undefined ? {} : { sentence: plain(readSaid(payload.said), at) }),
    ...(payload.titleSaid === undefined ? {} : { title: plain(readSaid(payload.titleSaid), at) }),
    ...(payload.noteSaid === undefined ? {} : { note: plain(readSaid(payload.noteSaid), at) }),
  };
}

/** What happened to the incident after the notice was written: it may have waited for its receiver. */
function since({ events }: IncidentFacts, at: number, timeZone: string): string[] {
  const later = events.filter((event) => event.at > at && event.kind !== 'reminded');
  return later.slice(-MAX_SINCE).map((event) => {
    const by = event.by ? ` by ${nameOf(event.by)}` : '';
    const text = worded(event.said, event.at, timeZone);
    return `${formatTime(event.at, timeZone)}: ${event.kind}${by}${text ? `: ${text}` : ''}`;
  });
}

function placeOf({ incident, clientName }: Notice): string {
  return nameOf(incident?.deviceName ?? incident?.serviceName ?? incident?.siteName ?? clientName);
}

function priorityOf(value: unknown): Priority | null {
  return ranks.find((rank) => rank === value) ?? null;
}

/** Its lines, and how many more there are. */
export function listed({ lines, more }: Pick<Message, 'lines' | 'more'>): readonly string[] {
  return more > 0 ? [...lines, `and ${more} more`] : lines;
}
