import type { Thing } from '../../../protocol/said/refusals/things.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { Place } from '../../domain/incidents/linking.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Store } from '../../platform/store/store.ts';

/** What a report says, held against what is known. */

const YEAR_MS = 365 * 86_400_000;
/** Clocks of people and servers differ. */
const FUTURE_TOLERANCE_MS = 60_000;

/** @throws VigiaError not_found */
export async function incidentOfClient(
  store: Store,
  scope: Scope,
  id: string,
  clientId: string,
): Promise<IncidentRecord> {
  const row = await store.scoped(scope).incidents.get(id);
  if (row?.client_id === clientId) return toRecord(row);
  throw noSuch('client-incident');
}

/** The place as it is known: a device's site goes without saying. @throws VigiaError not_found */
export async function knownPlace(store: Store, scope: Scope, given: Place): Promise<Place> {
  const { clients, sites, devices, services } = store.scoped(scope);
  const { clientId, siteId, deviceId, serviceId } = given;
  const require = (holds: boolean, thing: Thing): void => {
    if (!holds) throw noSuch(thing);
  };
  require((await clients.get(clientId)) !== null, 'client');
  const device = deviceId === null ? null : await devices.get(deviceId);
  require(deviceId === null || device?.client_id === clientId, 'client-device');
  require(siteId === null || (await sites.get(siteId))?.client_id === clientId, 'client-site');
  if (serviceId !== null) {
    const service = (await services.all()).find(({ id, removed_at }) => id === serviceId && removed_at === null);
    require(service?.client_id === clientId, 'client-service');
  }
  return { ...given, siteId: siteId ?? device?.site_id ?? null };
}

/** When it was told, ms since 1970; now if nobody says. @throws VigiaError validation_failed */
export function readTime(reportedAt: string | undefined, at: number): number {
  const reported = reportedAt === undefined ? at : Date.parse(reportedAt);
  if (reported > at + FUTURE_TOLERANCE_MS) {
    throw refused('validation_failed', said('refused.report.future'));
  }
  if (reported < at - YEAR_MS) throw refused('validation_failed', said('refused.report.old'));
  return Math.min(reported, at);
}
