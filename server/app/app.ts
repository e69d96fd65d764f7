import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import type { ServerHealth } from '../../protocol/api/view.ts';
import { VigiaError } from '../../protocol/error.ts';
import { freezePrototypes } from '../../protocol/frozen-prototypes.ts';
import type { Act, ActInStore } from '../core/incidents/act.ts';
import { IncidentBook } from '../core/incidents/incident-book.ts';
import { Anchors } from '../core/presence/anchors.ts';
import { createExpectedHours } from '../core/presence/expected-hours.ts';
import { SecondOpinions } from '../core/presence/second-opinion.ts';
import { tellUnseen } from '../core/presence/unseen.ts';
import { type DetectionSettings, defaultSettings } from '../domain/settings.ts';
import { AgentEvents } from '../edge/agents/agents.ts';
import type { LinkTiming } from '../edge/gateway/link.ts';
import { liveRoute } from '../edge/live/live-connections.ts';
import { LiveHub } from '../edge/live/live-hub.ts';
import { createInstallFiles } from '../features/access/install-files.ts';
import { createRuntimeMaker, makeRuntimeIn } from '../features/access/runtime-maker.ts';
import { AuditHeads } from '../features/audit/heads.ts';
import { createHolidays } from '../features/contracts/holidays.ts';
import { exportFleet } from '../features/devices/export-view.ts';
import { createFleetPort } from '../features/devices/fleet-port.ts';
import { createSeriesPort } from '../features/devices/series-port.ts';
import { createStoragePort } from '../features/devices/storage-port.ts';
import { DiskForecasts } from '../features/forecast/disk-forecasts.ts';
import { HistoryLosses } from '../features/history/history-losses.ts';
import { createIncidentPort } from '../features/incidents/incident-port.ts';
import { createTelling } from '../features/telling/telling.ts';
import { createReportPort } from '../features/tickets/report-port.ts';
import { createTwins } from '../features/twins/create-twins.ts';
import { agreedLately, expiryNow } from '../fleet/agreed-now.ts';
import { Fleet } from '../fleet/fleet.ts';
import { healRecord } from '../fleet/redate.ts';
import { refuseHalfRestored } from '../platform/backup/restore-backup.ts';
import { type Clock, createClock } from '../platform/clock.ts';
import { openDataDir } from '../platform/files/data-dir.ts';
import { Health } from '../platform/health/health.ts';
import { Heartbeat } from '../platform/health/heartbeat.ts';
import { VitalSigns } from '../platform/health/vital-signs.ts';
import { createHttpServer } from '../platform/http/server.ts';
import type { UpgradeHandler } from '../platform/http/upgrade.ts';
import { writeFleet } from '../platform/metrics/prometheus.ts';
import { createServerMetrics } from '../platform/metrics/server-metrics.ts';
import { mailNameOf } from '../platform/net/mail-name.ts';
import { trustProxies } from '../platform/net/trusted-proxies.ts';
import type { Channel } from '../platform/notify/channel.ts';
import { loadCertificate } from '../platform/security/certificate.ts';
import { createFirstRun } from '../platform/security/first-run.ts';
import { loadIdentity } from '../platform/security/identity.ts';
import { lateAudit } from '../platform/security/late-audit.ts';
import { createPasswords } from '../platform/security/passwords.ts';
import { createPeople } from '../platform/security/people.ts';
import { loadSealer } from '../platform/security/sealing.ts';
import { isUnwritable } from '../platform/security/sessions.ts';
import { createEnrolmentTokens } from '../platform/security/tokens.ts';
import { beginSeries, defaultRetention } from '../platform/series/open-series.ts';
import { openStore, readOnlyFault } from '../platform/store/store.ts';
import { beginClock } from '../watch/begin-clock.ts';
import { CursorKeeper } from '../watch/cursor-keeper.ts';
import { Ingest } from '../watch/ingest.ts';
import { catchUp, loadLatest, readAliveAt, readCursor } from '../watch/replay.ts';
import { startTicking } from '../watch/ticking.ts';
import { Watch } from '../watch/watch.ts';
import { createAgentGateway } from './agent-gateway.ts';
import type { Config } from './config/config.ts';
import { removing, startDaily } from './daily.ts';
import { listen, originOf, publicHosts } from './listen.ts';
import { routesOf } from './routes.ts';
import { createSla } from './sla.ts';
import { Teardown } from './teardown.ts';

export interface AppOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  readonly clock?: Clock;
  readonly settings?: DetectionSettings;
  readonly linkTiming?: Partial<LinkTiming>;
  /** Told everything in place of the log. */
  readonly channel?: Channel;
  /** The process cannot go on; by default it is ended. */
  readonly onFatal?: (cause: Error) => void;
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

const SNAPSHOT_MS = 30_000;
const MAX_TELL_TROUBLE_AFTER_MS = 60_000;
const GIVE_UP_WRITING_MS = 10_000;
const RETURN_AFTER_RESTART_MS = 3_000;
const root = fileURLToPath(new URL('../..', import.meta.url));

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
  const { config, logger, version } = options;
  const settings = options.settings ?? defaultSettings;
  const clock = options.clock ?? createClock();
  const now = (): number => clock.now();
  const onFatal =
    options.onFatal ??
    ((cause: Error): void => {
      logger.fatal(
        { err: cause },
        'a part of the server that holds data has died; ending, so that it can be restarted',
      );
      process.exit(1);
    });

  const dataDir = await openDataDir(config.dataDir);
  teardown.push(() => dataDir.release());
  refuseHalfRestored(dataDir.path);
  const health = new Health();
  health.set('data folder', dataDir.exposure);
  if (dataDir.exposure !== null) logger.warn(dataDir.exposure);
  const vitalSigns = new VitalSigns({ health });
  // Its thread reads the journal while this one reads the state.
  const opening = beginSeries({
    path: join(dataDir.path, 'series.db'),
    now,
    expiryNow: agreedLately(() => fleet.devices.values(), clock),
    retention: config.retention,
    onFatal,
    onDamage: (part) => losses.takeDamage(part),
    onNote: (sentence) => logger.warn(sentence),
  });
  teardown.push(() => opening.giveUp());
  const store = await openStore({ path: join(dataDir.path, 'state.db'), clock: now, logger, onFatal });
  teardown.push(() => store.close());
  const fleet = new Fleet(store);
  await beginClock({ clock, store, logger, lagMs: SNAPSHOT_MS });
  const startedAt = now();
  await fleet.load();
  const healed = [...fleet.devices.values()].filter((record) => healRecord(record, now())).length;
  if (healed > 0)
    logger.warn({ devices: healed }, 'the clock of the server was ahead once: what lay in the future is dated now');
  const cursor = await readCursor(store);
  const identity = await loadIdentity(dataDir.path);

  const inBackground = (work: () => Promise<unknown>, message: string) => (): void => {
    work().catch((cause: unknown) => logger.error({ err: cause }, message));
  };

  const tlsOptions = { choice: config.tls, dataDir: dataDir.path, hosts: publicHosts(config) };
  const certificate = await loadCertificate(tlsOptions, health, now());
  const metrics = createServerMetrics(version);
  teardown.push(() => metrics.close());

  const book = new IncidentBook(store, settings.reopenWindowMs);
  await book.load(now());
  const retentionMs = Math.max(...Object.values({ ...defaultRetention, ...config.retention }));
  const losses = new HistoryLosses({ store, fleet, book, health, logger, now, retentionMs });
  const live: LiveHub = new LiveHub({
    fleet,
    book: book.shown,
    health: () => serverHealth(),
    service: (id) => services.view(id),
  });
  teardown.push(() => live.close());
  // The watch is made later.
  const act: Act = (actor, action, scope, work) => watch.act(actor, action, scope, work);
  const actOnStore: ActInStore = (actor, action, scope, work) => watch.actOnStore(actor, action, scope, work);
  const sla = await createSla({
    store,
    fleet,
    book,
    timeZone: config.timeZone,
    reportIntervalMs: config.reportIntervalMs,
    act,
    follow: (work) => watch.follow(work),
    now,
    logger,
    onServiceChanged: (service) => live.serviceChanged(service),
  });
  const { contracts, maintenance, services, availability } = sla;
  const zoneOf = (clientId: string | null, at: number): string =>
    (clientId === null ? null : contracts.terms.at(clientId, at)?.terms.calendar.timeZone) ?? config.timeZone;
  const series = await opening.open(fleet.newestCursor(cursor));
  teardown.push(() => series.close());
  await losses.begin(series, {
    cursor: fleet.newestCursor(cursor),
    aliveAt: await readAliveAt(store),
    lagMs: SNAPSHOT_MS,
  });
  // Its thread looks for what it must evaluate while this one goes on.
  const unevaluated = series.replay(cursor);
  const forecasts = new DiskForecasts({
    fleet,
    book,
    settings,
    read: (request) => series.query(request),
    now,
    zoneOf,
    logger,
  });
  teardown.push(() => forecasts.close());
  const anchors = config.anchors.length > 0 ? new Anchors(config.anchors) : null;
  const opinions = new SecondOpinions({
    fleet,
    logger,
    onFinding: (record, finding) => {
      inBackground(() => watch.takeFinding(record, finding), 'a second opinion could not be recorded')();
    },
  });
  teardown.push(() => {
    opinions.close();
    anchors?.close();
  });
  const sharing = await createTwins(store, now);
  const { twins } = sharing;
  const watch: Watch = new Watch({
    clock,
    store,
    fleet,
    book,
    health,
    settings,
    logger,
    checks: services.checks,
    twins,
    anchors,
    ask: (records, at) => opinions.ask(records, at),
    isExpected: createExpectedHours(contracts.terms),
    judges: [
      { about: 'second opinions', judge: (_changes, at) => opinions.rehearse(at) },
      ...sla.judges,
      forecasts,
      losses,
    ],
    onJudged: () => vitalSigns.seen('evaluating'),
    isTold: (at) => telling.toldFromMemory(at),
    publish: (changes) => {
      availability.book.take(changes);
      for (const record of changes.touched) live.deviceChanged(record);
      for (const record of changes.reported) live.reported(record);
      for (const step of changes.incidents) live.incidentChanged(step.record);
    },
  });
  if (dataDir.isReadOnly) watch.noteWritable(readOnlyFault());
  const ingest = new Ingest({ clock, series, watch, health, logger, observe: metrics });
  const kept = sharing.keep({ offer: (report) => ingest.offer(report), logger });
  const agents = new AgentEvents({
    clock,
    store,
    watch,
    ingest,
    kept,
    logger,
    onChanged: (record) => live.deviceChanged(record),
    onReportsLost: (count) => metrics.reportsLost(count),
    opinions,
  });

  const cursorKeeper = new CursorKeeper({ series, watch, dataDir: dataDir.path, version, now });

  const proxies = trustProxies(config.trustedProxies);
  const gateway = createAgentGateway({
    fleet,
    agents,
    twins,
    plans: services.plans,
    live,
    identity,
    certificate,
    reportIntervalMs: config.reportIntervalMs,
    timing: options.linkTiming,
    proxies,
    metrics,
    now,
    logger,
  });
  health.onChange(() => live.healthChanged());

  let isReady = false;
  function serverHealth(): ServerHealth {
    return {
      version,
      now: iso(now()),
      startedAt: iso(startedAt),
      judgingFrom: iso(watch.judgeFrom),
      timeZone: config.timeZone,
      reportIntervalMs: config.reportIntervalMs,
      agentsConnected: gateway.connected,
      warnings: health.warnings,
    };
  }

  const passwords = createPasswords();
  const people = await createPeople({ store, actOnStore, passwords, clock: now, logger });
  teardown.push(() => people.close());
  const { sessions, apiKeys } = people;
  const firstRun = createFirstRun(store, passwords, actOnStore);
  const enrolmentTokens = createEnrolmentTokens(identity, now);
  const personReports = createReportPort({
    store,
    book,
    fleet,
    now,
    act,
    zoneOf,
    zonesOf: (clientId) => availability.agreements.zones(clientId),
    withReport: contracts.withReport,
  });
  const incidents = createIncidentPort({ store, book, fleet, act, now, mayNotResolve: sharing.mayNotResolve });
  const upgrades = new Map<string, UpgradeHandler>([
    [
      '/agent',
      // What agents bring is evaluated after what the last process had not.
      (request, socket, head) => (isEvaluated ? gateway.upgrade(request, socket, head) : gateway.refuse(socket)),
    ],
  ]);
  const fleetPort = createFleetPort({
    fleet,
    book: book.shown,
    store,
    now,
    health: serverHealth,
    unready: () => (isReady ? health.failing : ['starting', ...health.failing]),
    onDeviceChanged: (id, record, before) => {
      inBackground(
        () => availability.book.deviceChanged(id, record),
        'the ledger of a changed device was not followed',
      )();
      maintenance.watch.deviceChanged();
      inBackground(() => maintenance.windows.loadPlacements(store, id), 'where a device was could not be read')();
      if (record) live.deviceChanged(record);
      else if (before) {
        gateway.disconnect(before, new VigiaError('agent_retired'), 300_000);
        live.deviceRemoved(before);
      }
    },
    onCatalogueChanged: () => live.catalogueChanged(),
  });
  let origin = '';
  const telling = createTelling({
    store,
    actOnStore,
    sealer: await loadSealer(dataDir.path),
    health,
    now,
    logger,
    timeZone: config.timeZone,
    allowPrivate: config.notifyPrivate,
    mailName: config.mailName ?? mailNameOf(config.publicUrl, hostname()),
    origin: () => config.publicUrl ?? origin,
    onOutcome: metrics.deliveryEnded,
    everything: options.channel,
    vitalSigns,
    tellTroubleAfterMs: Math.min(MAX_TELL_TROUBLE_AFTER_MS, settings.presence.tellAfterMs),
  });
  const routes = routesOf({
    version,
    clock: now,
    state: store,
    actOnStore,
    endWatching: (deviceId, changes, at) => watch.endOf(deviceId, changes, at),
    loginAudit: lateAudit(store.audit, now),
    sessions,
    passwords,
    logins: people.logins,
    credentials: people.credentials,
    leaving: people.leaving,
    firstRun,
    apiKeys,
    enrolmentTokens,
    identity,
    fleet: fleetPort,
    twins: sharing.port({ kept, fleet, book, act, gateway, agents }),
    series: createSeriesPort(fleet, series),
    storage: createStoragePort(fleet, series, losses),
    incidents,
    contracts: contracts.port,
    clocks: contracts.clocks,
    maintenance: maintenance.port,
    personReports,
    availability: availability.port,
    checks: services.checkPort,
    services: services.servicePort,
    holidays: createHolidays(store.settings, act),
    receivers: telling.receivers,
    installFiles: createInstallFiles(root, version, createRuntimeMaker({ make: makeRuntimeIn(root) })),
    metrics: {
      async *deviceMetrics(scope) {
        yield* writeFleet({
          ...exportFleet(fleet, book.shown, scope),
          availability: await availability.exports.of(scope),
        });
      },
      serverMetrics: () => metrics.text(),
    },
    reportIntervalMs: config.reportIntervalMs,
    certificate: certificate.current,
  });
  const { watchLiveConnections } = metrics;
  const http = await createHttpServer({
    version,
    logger,
    sessions,
    apiKeys,
    tls: certificate.current(),
    certificate: certificate.current,
    publicUrl: config.publicUrl,
    proxies,
    upgrades,
    dashboardDir: join(root, 'dist/dashboard'),
    routes: [
      ...routes,
      liveRoute({ sessions, live, logger, addressOf: proxies.addressOf, upgrades, watchLiveConnections }),
    ],
  });

  let isEvaluated = false;
  let isEnding = false;
  teardown.push(async () => {
    isReady = false;
    isEnding = true;
    await gateway.close(RETURN_AFTER_RESTART_MS);
    await http.close();
    // What cannot be written now is replayed by the next start; a full disk must not hold up the end.
    if (health.about('state') !== null) watch.stop();
    const givingUp = setTimeout(() => watch.stop(), GIVE_UP_WRITING_MS).unref();
    await agents.drain();
    await kept.close();
    await ingest.drain();
    // Else the next start would take this one for a server that saw everything.
    if (isEvaluated) {
      await services.save();
      await cursorKeeper.save();
    }
    clearTimeout(givingUp);
    watch.stop();
  });

  const caughtUp = catchUp({ series, unevaluated, cursor, fleet, watch, logger, now }).then(() => {
    // A server that ends gives up what it cannot write.
    isEvaluated = !isEnding;
  });
  // Before anybody can ask; but one that cannot write must come up, to be read and to say so.
  await Promise.race([caughtUp, watch.untilStuck()]);
  if (!isEvaluated) inBackground(() => caughtUp, 'what the last process had not evaluated could not be')();
  if (dataDir.isReadOnly) await loadLatest(series, fleet, now());

  metrics.watchStorage(() => series.usage());
  metrics.watchConnectedAgents(() => gateway.connected);
  metrics.watchQueue('ingest', { limit: ingest.queue().limit, length: () => ingest.queue().length });
  metrics.watchQueue('series', { limit: series.queue().limit, length: () => series.queue().length });
  metrics.watchQueue('watch', { limit: watch.lane.limit, length: () => watch.lane.length });
  metrics.watchQueue('deliveries', telling.queue);
  metrics.watchQueue('forecasts', {
    get limit() {
      return fleet.devices.size;
    },
    length: () => forecasts.pending,
  });
  metrics.watchQueue('opinions', { limit: opinions.pending.limit, length: () => opinions.pending.length });
  metrics.watchQueue('handshakes', { limit: gateway.halfOpen().limit, length: () => gateway.halfOpen().length });

  let firstRunSecret: string | null = null;

  async function start(): Promise<void> {
    firstRunSecret = await firstRun.issue();
    await listen(http.server, config);
    origin = originOf(http.server.address() as AddressInfo, certificate.current() !== null);
    let stopTicking = (): void => undefined;
    const tick = (): void => {
      if (isEvaluated)
        stopTicking = startTicking(watch, (cause) => logger.error({ err: cause }, 'judging presence failed'));
    };
    if (isEvaluated) tick();
    else caughtUp.then(tick, () => undefined); // why not is logged below its beginning
    const saving = setInterval(inBackground(saveMemories, 'the memory of devices could not be saved'), SNAPSHOT_MS);
    const certainNow = (): number | null => expiryNow(fleet.devices, clock);
    const daily = startDaily(
      [
        { name: 'certificate', run: () => certificate.renew(http.server, now()) },
        { name: 'sessions', run: () => pruneSessions(certainNow()) },
        removing('history', certainNow, (at) => losses.prune(at)),
        removing('messages', certainNow, (at) => telling.prune(at)),
        { name: 'unseen', run: () => tellUnseen(store, fleet, now(), config.timeZone) },
      ],
      logger,
    );
    const stopFigures = availability.start();
    services.runner.start();
    kept.resume(fleet.devices);
    telling.start();
    const heartbeat =
      config.heartbeatUrl === null
        ? null
        : new Heartbeat({ url: config.heartbeatUrl, trouble: () => vitalSigns.trouble(), health, logger });
    heartbeat?.start();
    const auditHeads = new AuditHeads({
      store,
      url: config.auditUrl,
      allowPrivate: config.notifyPrivate,
      now,
      health,
      logger,
    });
    auditHeads.start();
    teardown.push(async () => {
      stopTicking();
      clearInterval(saving);
      stopFigures();
      await services.runner.stop();
      await daily.stop();
      await telling.stop();
      await heartbeat?.stop();
      await auditHeads.stop();
    });
    isReady = true;
  }

  /** Also how a server whose fleet is quiet learns that it cannot write. */
  async function saveMemories(): Promise<void> {
    try {
      await cursorKeeper.save();
      watch.noteWritable(null);
    } catch (cause) {
      if (isUnwritable(cause)) watch.noteWritable(cause as Error);
      throw cause;
    }
  }

  async function pruneSessions(at: number | null): Promise<Record<string, unknown>> {
    const pruned = await sessions.prune(at);
    return { pruned, places: at === null ? 0 : await people.places.prune(at) };
  }

  return {
    start,
    address: () => origin,
    firstRunLink: () =>
      firstRunSecret === null ? null : `${config.publicUrl ?? origin}/first-run#token=${firstRunSecret}`,
    services: {
      store,
      actOnStore,
      passwords,
      apiKeys,
      credentials: people.credentials,
      enrolmentTokens,
      dataDir,
      fleet: fleetPort,
      tls: certificate.current(),
      maintenance: maintenance.port,
      backup: (file: string) => cursorKeeper.backup(file),
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
