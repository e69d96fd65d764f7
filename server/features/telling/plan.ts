import type { Priority } from '../../../protocol/api/view.ts';

/** Who wants to be told what. */
export interface ReceiverFacts {
  readonly id: string;
  /** Null: of every client. */
  readonly clientId: string | null;
  readonly minPriority: Priority;
  /** Also warnings of response clocks. */
  readonly clocks: boolean;
  /** Its own e-mail addresses; null for other media, which reach nobody but themselves. */
  readonly addresses: readonly string[] | null;
  /** Takes everything at once: a log knows no night. */
  readonly takesAll: boolean;
}

export interface NoticeFacts {
  readonly kind: string;
  readonly clientId: string;
  readonly priority: Priority | null;
  /** The incident. */
  readonly subject: string | null;
}

/** Somebody who was told, or will be, about the same recurrence of the incident. */
export interface ToldFacts {
  readonly receiverId: string;
  readonly recipient: string;
  readonly isDigest: boolean;
  /** Of a digest that was not sent yet. */
  readonly waitingDigestAt: number | null;
}

export interface PlannedDelivery {
  readonly receiverId: string;
  /** An address in place of the receiver's own, or empty. */
  readonly recipient: string;
  readonly subject: string | null;
  readonly isUrgent: boolean;
  /** The digest it goes into; null: it goes at once. */
  readonly digestAt: number | null;
}

export interface PlanInput {
  readonly notice: NoticeFacts;
  readonly receivers: readonly ReceiverFacts[];
  readonly told: readonly ToldFacts[];
  /** Addresses of who answers for the incident, and of who answers for everything. */
  readonly people: { readonly assignee: string | null; readonly admins: readonly string[] };
  readonly nextDigestAt: number;
}

const ranks: Readonly<Record<Priority, number>> = { emergency: 3, high: 2, medium: 1, normal: 0 };

/** A notice without a priority (the summary of a maintenance window) counts as one. */
const PLAIN_PRIORITY: Priority = 'medium';

const clockKinds = new Set(
  ['clock_warning', 'clock_breach', 'rto_warning', 'rto_breach'].map((kind) => `incident.${kind}`),
);

/** Who is told of a notice, when and through what. */
export function planDeliveries(input: PlanInput): PlannedDelivery[] {
  const { kind } = input.notice;
  if (kind === 'incident.resolved' || kind === 'incident.reminded') return planFollowUp(input);
  if (clockKinds.has(kind)) return planClock(input);
  const { notice, receivers, nextDigestAt } = input;
  const priority = notice.priority ?? PLAIN_PRIORITY;
  const isDigest = priority === 'normal';
  return receivers
    .filter((receiver) => receiver.takesAll || matches(receiver, notice))
    .map((receiver) => deliver(notice, receiver, '', isDigest ? nextDigestAt : null));
}

/** Only to whom the problem went, and to them as they were told of it. */
function planFollowUp({ notice, receivers, told, nextDigestAt }: PlanInput): PlannedDelivery[] {
  const heard = Map.groupBy(told, ({ receiverId, recipient }) => `${receiverId} ${recipient}`);
  return [...heard.values()].flatMap((times) => {
    const receiver = receivers.find(({ id }) => id === times[0]?.receiverId);
    if (!receiver) return [];
    const isDigest = times.every((time) => time.isDigest);
    if (isDigest && notice.kind === 'incident.reminded') return [];
    const waiting = times.find((time) => time.waitingDigestAt !== null)?.waitingDigestAt;
    return [deliver(notice, receiver, times[0]?.recipient ?? '', isDigest ? (waiting ?? nextDigestAt) : null)];
  });
}

/** To receivers that want clocks, and by mail to the people who can still do something about it. */
function planClock({ notice, receivers, people }: PlanInput): PlannedDelivery[] {
  const wanted = receivers.filter((receiver) => receiver.takesAll || (receiver.clocks && matches(receiver, notice)));
  const known = new Set(wanted.flatMap(({ addresses }) => addresses ?? []).map((address) => address.toLowerCase()));
  const persons = notice.kind.endsWith('_warning') ? [people.assignee] : people.admins;
  const mail = mailFor(receivers, notice.clientId);
  const missing = new Set(persons.filter((address) => address !== null && !known.has(address.toLowerCase())));
  return [
    ...wanted.map((receiver) => deliver(notice, receiver, '', null)),
    ...[...missing].flatMap((address) => (mail && address ? [deliver(notice, mail, address, null)] : [])),
  ];
}

/** What carries mail for a client: its own receiver rather than that of all clients. */
function mailFor(receivers: readonly ReceiverFacts[], clientId: string): ReceiverFacts | undefined {
  const mails = receivers.filter(({ addresses }) => addresses !== null);
  return mails.find((mail) => mail.clientId === clientId) ?? mails.find((mail) => mail.clientId === null);
}

function matches(receiver: ReceiverFacts, notice: NoticeFacts): boolean {
  const isInScope = receiver.clientId === null || receiver.clientId === notice.clientId;
  return isInScope && ranks[notice.priority ?? PLAIN_PRIORITY] >= ranks[receiver.minPriority];
}

function deliver(
  notice: NoticeFacts,
  receiver: ReceiverFacts,
  recipient: string,
  digestAt: number | null,
): PlannedDelivery {
  return {
    receiverId: receiver.id,
    recipient,
    subject: notice.subject,
    isUrgent: receiver.takesAll || notice.priority === 'emergency',
    digestAt: receiver.takesAll ? null : digestAt,
  };
}
