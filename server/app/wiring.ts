import { hostname } from 'node:os';
import type { Act, ActInStore, Hear } from '../core/incidents/act.ts';
import type { SecondOpinions } from '../core/presence/second-opinion.ts';
import type { LiveHub } from '../edge/live/live-hub.ts';
import { type AccessOptions, createAccess } from '../features/access/create-access.ts';
import { createClients } from '../features/clients/create-clients.ts';
import { createDevices, type DevicesOptions } from '../features/devices/create-devices.ts';
import { createForecast } from '../features/forecast/create-forecast.ts';
import { createIncidents } from '../features/incidents/create-incidents.ts';
import { createReminders } from '../features/telling/create-reminders.ts';
import { createTelling } from '../features/telling/telling.ts';
import { createTickets } from '../features/tickets/create-tickets.ts';
import { createTwins, type TwinsOptions } from '../features/twins/create-twins.ts';
import { mailNameOf } from '../platform/net/mail-name.ts';
import type { Channel } from '../platform/notify/channel.ts';
import { loadSealer } from '../platform/security/sealing.ts';
import type { Watch } from '../watch/watch.ts';
import type { Foundation } from './foundation.ts';
import { createOverview } from './overview-routes.ts';
import { createSla } from './sla.ts';
import type { Teardown } from './teardown.ts';

/** What features ask of the rest of the server, which is made after them. */
export interface Later
  extends Pick<TwinsOptions, 'offer' | 'gateway' | 'takeInventory'>,
    Pick<DevicesOptions, 'health' | 'unready' | 'onDeviceChanged' | 'onCatalogueChanged'> {
  readonly act: Act;
  readonly actOnStore: ActInStore;
  readonly hear: Hear;
  readonly endWatching: DevicesOptions['endWatching'];
  readonly follow: Watch['follow'];
  readonly opinions: Pick<SecondOpinions, 'rehearse'>;
  /** A document of a topic has changed: pages that may see it get it anew. */
  readonly onChanged: LiveHub['topicChanged'];
  /** Where people open the dashboard, without a trailing slash. */
  readonly origin: () => string;
  /** Told everything in place of the log. */
  readonly channel: Channel | undefined;
}

/** What a feature may use. */
export type Kit = Awaited<ReturnType<typeof wireFeatures>>;
export type Wired = Kit['wired'];

const MAX_TELL_TROUBLE_AFTER_MS = 60_000;

/**
 * Makes the features that know one another, and hands to each what it needs of the others; `features.ts` says in which order they
 * judge. Made before anything is replayed.
 */
export async function wireFeatures(ground: Foundation, later: Later, teardown: Teardown) {
  const { config, logger, settings, now, store, fleet, book, health, metrics, losses } = ground;
  const { timeZone, reportIntervalMs } = config;
  const { act, actOnStore, follow, hear, onChanged } = later;
  const common = { store, fleet, book, now, logger, act };
  const sla = await createSla({
    ...common,
    ...{ timeZone, reportIntervalMs, tasks: ground.tasks },
    follow,
    onServiceChanged: (service) => onChanged('services', service),
    incidents: { detail: (scope, id) => incidents.port.detail(scope, id) },
  });
  const { contracts, maintenance, services, availability } = sla;
  const zoneOf = (clientId: string | null, at: number): string =>
    (clientId === null ? null : contracts.terms.at(clientId, at)?.terms.calendar.timeZone) ?? timeZone;
  const reminders = await createReminders(store, book);
  const { series, unevaluated } = await ground.openSeries();
  const forecast = createForecast({ ...common, settings, zoneOf, read: (request) => series.query(request) });
  teardown.push(forecast.close);
  const twins = await createTwins({ ...common, ...later });
  const telling = await makeTelling(ground, later);
  const incidents = createIncidents({ ...common, mayNotResolve: twins.mayNotResolve });
  // Filled by features that are made later.
  const scraped: DevicesOptions['scraped'][number][] = [];
  const devices = createDevices({
    ...{ store, fleet, now, series, losses },
    ...later,
    book: book.shown,
    availability: (scope) => availability.exports.of(scope),
    scraped,
    serverMetrics: () => metrics.text(),
  });
  const tickets = createTickets({
    ...common,
    actOnStore,
    zoneOf,
    zonesOf: (clientId) => availability.agreements.zones(clientId),
    withReport: contracts.withReport,
  });
  const clients = createClients({ state: store, actOnStore, fleet: devices.port });
  const access = await makeAccess(ground, later, devices.port);
  teardown.push(access.close);
  const overview = createOverview({
    state: store,
    fleet: devices.port,
    incidents: incidents.port,
    availability: availability.port,
    maintenance: maintenance.port,
    personReports: tickets.port,
    services: services.servicePort,
  });
  const { opinions } = later;
  return {
    ...common,
    ...{
      config,
      settings,
      health,
      losses,
      actOnStore,
      follow,
      hear,
      onChanged,
      zoneOf,
      opinions,
      series,
      unevaluated,
      scraped,
    },
    tasks: ground.tasks,
    wired: {
      ...sla,
      reminders,
      telling,
      forecast,
      twins,
      incidents,
      devices,
      tickets,
      clients,
      access,
      overview,
    },
  };
}

async function makeTelling(ground: Foundation, { actOnStore, origin, channel }: Later) {
  const { config, settings, store, health, now, logger, vitalSigns, metrics } = ground;
  return createTelling({
    ...{ store, actOnStore, health, now, logger, origin, vitalSigns },
    timeZone: config.timeZone,
    sealer: await loadSealer(ground.dataDir.path),
    allowPrivate: config.notifyPrivate,
    mailName: config.mailName ?? mailNameOf(config.publicUrl, hostname()),
    onOutcome: metrics.deliveryEnded,
    everything: channel,
    tellTroubleAfterMs: Math.min(MAX_TELL_TROUBLE_AFTER_MS, settings.builtIn.presence.tellAfterMs),
  });
}

function makeAccess(ground: Foundation, { actOnStore }: Later, fleet: AccessOptions['fleet']) {
  const { config, store, now, logger, version, identity, certificate, installationDir } = ground;
  const { reportIntervalMs } = config;
  return createAccess({
    ...{ store, actOnStore, now, logger, version, identity, installationDir, reportIntervalMs, fleet },
    certificate: certificate.current,
  });
}
