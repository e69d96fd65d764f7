import type { DeliveryRepository } from '../../platform/store/repo/delivery.ts';
import type { Row } from '../../platform/store/tables.ts';

/**
 * What waited while a receiver was away is told as what is true now: one message about each incident, the newest, and if there
 * are many incidents, one list of them. Nobody wants twenty-nine messages of last night, each of them no longer so.
 */

type Delivery = Row<'delivery'>;

/** So many incidents get a message each; more are a list. */
const MAX_SINGLE = 3;
const MAX_GATHERED = 10_000;
const ONE = 'latest/';
const LIST = 'missed/';

/** Whether it was tried already, in vain. */
export function isRetried({ attempts, is_digest: isDigest }: Delivery): boolean {
  return attempts > 0 && isDigest === 0;
}

/** Whether the bundle is of messages about one incident, of which the newest is told. */
export function isOfOneIncident(bundle: string): boolean {
  return bundle.startsWith(ONE);
}

export function isMissedList(bundle: string): boolean {
  return bundle.startsWith(LIST);
}

/** Makes few messages of all that waits for a receiver. Written before they are sent: repeated after a crash, they are the same. */
export async function gatherMissed(
  deliveries: Pick<DeliveryRepository, 'waitingFor' | 'bundle'>,
  receiverId: string,
): Promise<void> {
  const waiting = await deliveries.waitingFor(receiverId, MAX_GATHERED);
  for (const { bundle, members } of bundlesOf(waiting)) {
    const isSame = members.every((member) => member.bundle === members[0]?.bundle);
    const isWhole = waiting.every((other) => other.bundle !== members[0]?.bundle || members.includes(other));
    // What is gathered already keeps its name: whoever got it without our knowing knows it again.
    if (members.length === 1 ? members[0]?.bundle === null : isSame && isWhole && members[0]?.bundle !== null) continue;
    await deliveries.bundle(
      members.map(({ id }) => id),
      bundle,
    );
  }
}

interface Bundle {
  readonly bundle: string;
  readonly members: readonly Delivery[];
}

/** What belongs into one message, oldest first. */
export function bundlesOf(waiting: readonly Delivery[]): Bundle[] {
  return [...Map.groupBy(waiting, ({ recipient }) => recipient).values()].flatMap((ofOne) => {
    const calm = ofOne.filter(({ is_urgent: isUrgent }) => isUrgent === 0);
    const urgent = ofOne.filter(({ is_urgent: isUrgent }) => isUrgent === 1);
    const groups = bySubject(calm);
    if (groups.length <= MAX_SINGLE) return [...groups, ...bySubject(urgent)].map((group) => named(ONE, group));
    return [named(LIST, calm), ...bySubject(urgent).map((group) => named(ONE, group))];
  });
}

function bySubject(deliveries: readonly Delivery[]): (readonly Delivery[])[] {
  return [...Map.groupBy(deliveries, ({ id, subject }) => subject ?? `alone ${id}`).values()];
}

function named(prefix: string, members: readonly Delivery[]): Bundle {
  return { bundle: `${prefix}${members.at(-1)?.id}`, members };
}
