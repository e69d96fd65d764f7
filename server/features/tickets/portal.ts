import type { PersonReport, PersonReportInput, PortalReportInput } from '../../../protocol/api/person-report.ts';
import type { Actor } from '../../domain/actor.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { Place, Proposal } from '../../domain/incidents/linking.ts';
import type { Scope } from '../../domain/scope.ts';
import { addressGroup } from '../../platform/fairness/address-group.ts';
import type { PortalAnswer, PortalVisitor } from './port.ts';
import { createPortalLimits } from './portal-limits.ts';

/** The zone in which a client reads a time. */
export type ZoneOf = (clientId: string, at: number) => string;

export interface PortalParts {
  readonly propose: (scope: Scope, report: Place & { reportedAt: number }) => Promise<Proposal[]>;
  readonly create: (
    scope: Scope,
    input: PersonReportInput,
    actor: Actor,
    via: PersonReport['via'],
    visit: PortalVisit,
  ) => Promise<PersonReport>;
  readonly incident: (scope: Scope, id: string, clientId: string) => Promise<IncidentRecord>;
  readonly zoneOf: ZoneOf;
  readonly now: () => number;
}

/** By which link somebody came, and from where. */
export type PortalVisit = Pick<PortalVisitor, 'linkId' | 'address'>;

/**
 * Takes what somebody wrote on a client's page. It is linked by itself only to an incident of the very site that goes on and
 * concerns all of it: a guess would make our own figures look better. Anything else is for a technician to link; what comes by
 * the same link within an hour is one incident.
 */
export function createPortal({ propose, create, incident, zoneOf, now }: PortalParts) {
  const limits = createPortalLimits();

  return async ({ clientId, linkId, address }: PortalVisitor, input: PortalReportInput): Promise<PortalAnswer> => {
    const { text, siteId } = input;
    const reporter = input.reporter.replaceAll(/\p{Cc}+/gu, ' ').trim() || 'Somebody';
    const scope = { clientId };
    const at = now();
    limits.count(linkId, addressGroup(address), at);
    const proposals = await propose(scope, { clientId, siteId, deviceId: null, serviceId: null, reportedAt: at });
    const known = await firstOf(proposals, async ({ incidentId }) => {
      const record = await incident(scope, incidentId, clientId);
      return concernsWholeSite(record, siteId) ? record : null;
    });
    const report = {
      clientId,
      siteId,
      deviceId: null,
      serviceId: null,
      reporter,
      text,
      aboutInfrastructure: true,
      incidentId: known?.id ?? null,
    };
    const actor = { id: `link:${linkId}`, name: `${reporter}, on the client's page` };
    const stored = await create(scope, report, actor, 'portal', { linkId, address });
    const sentence = known
      ? `We know about this since ${timeOf(known.openedAt, at, zoneOf(clientId, at))} and are working on it. Thank you for telling us.`
      : 'Thank you. Your report has reached us, and we will look at it.';
    return { sentence, known: known !== null, reportId: stored.id, incidentId: stored.incidentId };
  };
}

function concernsWholeSite(record: IncidentRecord, siteId: string | null): boolean {
  const isOngoing = record.state !== 'resolved' && record.source === 'rule';
  return isOngoing && siteId !== null && record.siteId === siteId && record.deviceId === null;
}

async function firstOf<T, R>(items: readonly T[], find: (item: T) => Promise<R | null>): Promise<R | null> {
  for (const item of items) {
    const found = await find(item);
    if (found !== null) return found;
  }
  return null;
}

/** `10:42`, with the date if it was not today there. */
function timeOf(at: number, now: number, timeZone: string): string {
  const local = (ms: number) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone);
  const time = local(at).toPlainTime().toString({ smallestUnit: 'minute' });
  const date = local(at).toPlainDate();
  return date.equals(local(now).toPlainDate()) ? time : `${time} on ${date}`;
}
