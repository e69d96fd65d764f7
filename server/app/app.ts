import type { AddressInfo } from 'node:net';
import type { ServerHealth } from '../../protocol/api/view.ts';
import { freezePrototypes } from '../../protocol/frozen-prototypes.ts';
import { iso } from '../domain/iso.ts';
import type { LinkTiming } from '../edge/gateway/link-terms.ts';
import { LiveHub } from '../edge/live/live-hub.ts';
import { trustProxies } from '../platform/net/trusted-proxies.ts';
import type { Channel } from '../platform/notify/channel.ts';
import { createFeatures, type Features, migrations } from './features.ts';
import { type FoundationOptions, layFoundation } from './foundation.ts';
import { listen, originOf } from './listen.ts';
import { startRunning, watchOwnFigures } from './running.ts';
import { createServing } from './serving.ts';
import { Teardown } from './teardown.ts';
import { createWatching, type Watching } from './watching.ts';

export interface AppOptions extends Omit<FoundationOptions, 'migrations'> {
  readonly linkTiming?: Partial<LinkTiming>;
  /** Told everything in place of the log. */
  readonly channel?: Channel;
}

export interface App {
  /** Listens. @throws VigiaError port_in_use, address_unavailable */
  start(): Promise<void>;
  /** Says goodbye to agents, commits what waits, closes. Safe to call twice. */
  stop(): Promise<void>;
  /** Where it listens, such as `http://127.0.0.1:8420`. */
  address(): string;
  /** The one-time link that creates the first account, or null if there is one. */
  firstRunLink(): string | null;
  readonly services: AppServices;
}

/** What the command line uses besides HTTP. */
export type AppServices = Awaited<ReturnType<typeof wire>>['services'];

/**
 * The whole server, wired here and nowhere else.
 * @throws VigiaError data_dir_unwritable, data_dir_in_use, database_newer, database_damaged, config_bad_value
 */
export async function createApp(options: AppOptions): Promise<App> {
  freezePrototypes();
  const teardown = new Teardown();
  const undo = (): Promise<void> =>
    teardown.run((cause) => options.logger.error({ err: cause }, 'closing a part failed'));
  try {
    const wired = await wire(options, teardown);
    return { ...wired, stop: undo };
  } catch (cause) {
    await undo();
    throw cause;
  }
}

async function wire(options: AppOptions, teardown: Teardown) {
  const ground = await layFoundation({ ...options, migrations }, teardown);
  const { config, version, now, fleet, book, health, certificate } = ground;
  let origin = '';
  let isReady = false;
  const serverHealth = (): ServerHealth => ({
    version,
    now: iso(now()),
    startedAt: iso(ground.startedAt),
    judgingFrom: iso(watching.watch.judgeFrom),
    timeZone: config.timeZone,
    reportIntervalMs: config.reportIntervalMs,
    agentsConnected: watching.gateway.connected,
    warnings: health.warnings,
    warningsSaid: health.said,
  });
  const live: LiveHub = new LiveHub({
    fleet,
    book: book.shown,
    health: serverHealth,
    now,
    topics: () => features.topics,
  });
  teardown.push(() => live.close());
  const features: Features = await createFeatures(
    ground,
    {
      act: (actor, action, scope, work) => watching.watch.act(actor, action, scope, work),
      actOnStore: (actor, action, scope, work) => watching.watch.actOnStore(actor, action, scope, work),
      hear: (who, scope, work) => watching.watch.hear(who, scope, work),
      endWatching: (deviceId, changes, at) => watching.watch.endOf(deviceId, changes, at),
      follow: (work) => watching.watch.follow(work),
      offer: (report) => watching.ingest.offer(report),
      takeInventory: (record, json) => watching.agents.takeInventory(record, json),
      opinions: { rehearse: (at) => watching.opinions.rehearse(at) },
      gateway: {
        disconnectRuns: (...asked) => watching.gateway.disconnectRuns(...asked),
        isConnected: (...asked) => watching.gateway.isConnected(...asked),
      },
      health: serverHealth,
      unready: () => (isReady ? health.failing : ['starting', ...health.failing]),
      origin: () => config.publicUrl ?? origin,
      channel: options.channel,
      onChanged: (topic, subject) => live.topicChanged(topic, subject),
      onCatalogueChanged: () => live.catalogueChanged(),
      onDeviceChanged: (...change) => watching.deviceChanged(...change),
    },
    teardown,
  );
  const proxies = trustProxies(config.trustedProxies);
  const { linkTiming } = options;
  const watching: Watching = createWatching(ground, features, { live, proxies, linkTiming }, teardown);
  health.onChange(() => live.healthChanged());
  const http = await createServing(ground, features, watching, { live, proxies });
  teardown.push(async () => {
    isReady = false;
    await watching.sendHome();
    await http.close();
    await watching.end();
  });
  await watching.catchUp();
  watchOwnFigures(ground, features, watching);
  let firstRunSecret: string | null = null;
  return {
    async start(): Promise<void> {
      firstRunSecret = await features.access.firstRun.issue();
      await listen(http.server, config);
      origin = originOf(http.server.address() as AddressInfo, certificate.current() !== null);
      teardown.push(startRunning(ground, features, watching, http.server));
      isReady = true;
    },
    address: () => origin,
    firstRunLink: () =>
      firstRunSecret === null ? null : `${config.publicUrl ?? origin}/first-run#token=${firstRunSecret}`,
    services: {
      store: ground.store,
      actOnStore: features.actOnStore,
      dataDir: ground.dataDir,
      passwords: features.access.passwords,
      apiKeys: features.access.people.apiKeys,
      credentials: features.access.people.credentials,
      enrolmentTokens: features.access.enrolmentTokens,
      fleet: features.devices.port,
      tls: certificate.current(),
      maintenance: features.maintenance.port,
      backup: watching.backup,
    },
  };
}
