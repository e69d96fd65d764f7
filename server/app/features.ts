import { together } from '../../protocol/said/together.ts';
import { createAudit } from '../features/audit/create-audit.ts';
import type { Feature, FeatureLine } from '../features/feature.ts';
import { createHistory } from '../features/history/create-history.ts';
import { createRecovery } from '../features/recovery/create-recovery.ts';
import { createRecoveryTimes } from '../features/recovery/create-times.ts';
import { createSettings } from '../features/settings/create-settings.ts';
import { endOfMaker } from '../platform/security/end-of-maker.ts';
import { auditActions } from '../platform/store/audit/actions.ts';
import { FlapJudge } from '../watch/flap-judge.ts';
import type { Foundation } from './foundation.ts';
import type { Teardown } from './teardown.ts';
import { type Kit, type Later, type Wired, wireFeatures } from './wiring.ts';

const DAY_MS = 86_400_000;

/** Those that know one another are made in wiring.ts. */
const wired = (name: keyof Wired): FeatureLine<Kit> => ({ create: (kit) => kit.wired[name] });

/**
 * Every feature of the server. They judge, and decide on incidents, in this order, which is written here and nowhere else. What each
 * brings is in `server/features/feature.ts`.
 */
const lines: readonly FeatureLine<Kit>[] = [
  { create: opinionsFeature },
  // What keeps incidents quiet, and what explains them.
  wired('maintenance'),
  wired('services'),
  wired('availability'),
  // After all that set a parent or keep quiet: what is explained or planned has no clock.
  wired('contracts'),
  { create: ({ book }) => ({ name: 'flapping', judges: [new FlapJudge(book)] }) },
  wired('reminders'),
  wired('telling'),
  wired('forecast'),
  { create: ({ losses }) => createHistory(losses) },
  wired('twins'),
  wired('incidents'),
  wired('devices'),
  wired('tickets'),
  wired('clients'),
  wired('access'),
  { create: settingsFeature },
  { create: recoveryFeature },
  wired('overview'),
  { create: auditFeature },
];

/** The tables that features bring. */
export const migrations = lines.flatMap((line) => line.migrations ?? []);

/** Everything that is kept in the audit log, with its words. */
const actions = together<Readonly<Record<string, string>>>([auditActions, ...lines.map((line) => line.actions ?? {})]);

export type Features = Awaited<ReturnType<typeof createFeatures>>;

/** Makes every feature, before anything is replayed. @throws Error if two bring something by the same name, which is a defect */
export async function createFeatures(ground: Foundation, later: Later, teardown: Teardown) {
  const kit = await wireFeatures(ground, later, teardown);
  const list: Feature[] = [];
  // Those of wiring.ts are closed since they were made.
  const closed = new Set<Feature>(Object.values(kit.wired));
  for (const line of lines) {
    const feature = await line.create(kit);
    list.push(feature);
    if (!closed.has(feature)) teardown.push(() => feature.close?.());
  }
  for (const { scraped } of list) if (scraped) kit.scraped.push(scraped);
  for (const { policies = [] } of list) for (const policy of policies) kit.book.addPolicy(policy);
  const { actOnStore, series, unevaluated, wired } = kit;
  const topics = together<NonNullable<Feature['topics']>>(list.map((feature) => feature.topics ?? {}));
  return { list, topics, actOnStore, series, unevaluated, ...wired };
}

function opinionsFeature({ opinions }: Kit): Feature {
  return { name: 'second opinions', judges: [{ about: 'second opinions', judge: (_, at) => opinions.rehearse(at) }] };
}

function settingsFeature({ config, settings, store, fleet, now, health, actOnStore }: Kit): Feature {
  return createSettings({
    ...{ store, fleet, now, book: settings, actOnStore },
    tell: (fault) => health.set('settings', fault),
    // As long as a report may be judged.
    keepMs: config.retention.raw + DAY_MS,
  });
}

async function recoveryFeature({ store, book, fleet, now, act, hear, wired }: Kit): Promise<Feature> {
  const { contracts, services } = wired;
  const clientOfDevice = (id: string): string | null => fleet.devices.get(id)?.info.client_id ?? null;
  const siteOfDevice = (id: string): string | null => fleet.devices.get(id)?.info.site_id ?? null;
  const recovery = await createRecovery({
    ...{ store, book, now, act, hear, clientOfDevice, siteOfDevice },
    terms: contracts.terms,
    services: services.servicePort,
    endOfMaker,
  });
  const lossOf = (id: string) => fleet.devices.get(id)?.connection.liveness.loss ?? null;
  const times = await createRecoveryTimes({
    ...{ store, book, act, now, lossOf, services },
    protection: recovery.protection,
    deviceOf: (id) => placeOf(fleet, id),
    servicesOf: services.servicePort,
    slugsOf: (plan) => slugsOf(fleet, plan),
  });
  return {
    ...recovery,
    ...times,
    judges: [...recovery.judges, ...times.judges],
    routes: [...recovery.routes, ...times.routes],
    daily: [...recovery.daily, ...times.daily],
  };
}

function slugsOf(fleet: Kit['fleet'], { clientId, deviceId }: { clientId: string; deviceId: string | null }) {
  const info = deviceId === null ? undefined : fleet.devices.get(deviceId)?.info;
  return {
    client: fleet.clients.get(clientId)?.slug ?? '',
    site: (info && fleet.sites.get(info.site_id)?.slug) ?? '',
    device: info?.slug ?? '',
  };
}

/** Null for a device that is not there. */
function placeOf(fleet: Kit['fleet'], id: string) {
  const info = fleet.devices.get(id)?.info;
  return info ? { clientId: info.client_id, siteId: info.site_id, name: info.name } : null;
}

function auditFeature({ store, now, health, logger, config }: Kit): Feature {
  const { auditUrl: url, notifyPrivate: allowPrivate } = config;
  return createAudit({ store, actions, now, health, logger, url, allowPrivate });
}
