import type { PersonReport, PersonReportInput, PortalReportInput } from '../../../protocol/api/person-report.ts';
import { wholeEnglish } from '../../../protocol/said/en/whole.ts';
import { said } from '../../../protocol/said/said.ts';
import { word } from '../../../protocol/said/word.ts';
import type { Actor } from '../../domain/actor.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { Place, Proposal } from '../../domain/incidents/linking.ts';
import { ofClients, type Scope } from '../../domain/scope.ts';
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
    const scope = ofClients(clientId);
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
    const taken = said('report.taken', { knownSince: known?.openedAt ?? null });
    // The page has no words of its own: it is told in the client's zone.
    const zone = { timeZone: zoneOf(clientId, at), now: at, instants: 'local' } as const;
    const sentence = word(taken, { catalogue: wholeEnglish, ...zone });
    return { sentence, said: taken, known: known !== null, reportId: stored.id, incidentId: stored.incidentId };
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
