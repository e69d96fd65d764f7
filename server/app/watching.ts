import { VigiaError } from '../../protocol/error.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { ClockSet } from '../core/incidents/judge.ts';
import { Anchors } from '../core/presence/anchors.ts';
import { createExpectedHours } from '../core/presence/expected-hours.ts';
import { SecondOpinions } from '../core/presence/second-opinion.ts';
import { AgentEvents } from '../edge/agents/agents.ts';
import type { LinkTiming } from '../edge/gateway/link-terms.ts';
import type { LiveHub } from '../edge/live/live-hub.ts';
import type { Feature } from '../features/feature.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { UpgradeHandler } from '../platform/http/upgrade.ts';
import type { TrustedProxies } from '../platform/net/trusted-proxies.ts';
import { isUnwritable } from '../platform/security/sessions.ts';
import { readOnlyFault } from '../platform/store/store.ts';
import { seriesStep } from '../watch/clock-step.ts';
import { CursorKeeper } from '../watch/cursor-keeper.ts';
import { Ingest } from '../watch/ingest.ts';
import { startTicking } from '../watch/ticking.ts';
import { Watch } from '../watch/watch.ts';
import { createAgentGateway } from './agent-gateway.ts';
import { createCatchingUp } from './catching-up.ts';
import type { Features } from './features.ts';
import { type Foundation, SNAPSHOT_MS } from './foundation.ts';
import { inBackground } from './in-background.ts';
import type { Teardown } from './teardown.ts';

export interface WatchingOptions {
  readonly live: LiveHub;
  readonly proxies: TrustedProxies;
  readonly linkTiming: Partial<LinkTiming> | undefined;
}

export type Watching = ReturnType<typeof createWatching>;

const GIVE_UP_WRITING_MS = 10_000;
const RETURN_AFTER_RESTART_MS = 3_000;
const RETIRED_RETRY_MS = 300_000;

/** The way of a report through the server, from the links of agents to the judges of all features. */
export function createWatching(ground: Foundation, features: Features, options: WatchingOptions, teardown: Teardown) {
  const { config, logger, version, settings, clock, now, store, fleet, book, health, metrics, tasks } = ground;
  const { list, series, services, contracts, twins, telling } = features;
  const { live, proxies } = options;
  const { anchors, opinions } = createSecondOpinions(ground, () => watch, teardown);
  const watch: Watch = new Watch({
    ...{ clock, store, fleet, book, health, settings, logger, anchors },
    checks: services.checks,
    twins: twins.twins,
    ask: (records, at) => opinions.ask(records, at),
    isExpected: createExpectedHours(contracts.terms),
    judges: list.flatMap(({ judges = [] }) => judges),
    onJudged: () => ground.vitalSigns.seen('evaluating'),
    isTold: (at) => telling.toldFromMemory(at),
    onClockSet: (set) => followClock(set, { ingest, series, logger }),
    publish: (changes) => publish(changes, list, live),
  });
  if (ground.dataDir.isReadOnly) watch.noteWritable(readOnlyFault());
  const ingest = new Ingest({ clock, series, watch, health, logger, observe: metrics });
  const agents = new AgentEvents({
    ...{ clock, store, watch, ingest, logger, tasks },
    kept: twins.kept,
    onChanged: (record) => live.deviceChanged(record),
    onReportsLost: (count) => metrics.reportsLost(count),
  });
  const gateway = createAgentGateway({
    ...{ fleet, agents, tasks, live, proxies, metrics, now, logger },
    twins: twins.twins,
    plans: services.plans,
    identity: ground.identity,
    certificate: ground.certificate,
    reportIntervalMs: config.reportIntervalMs,
    timing: options.linkTiming,
  });
  const cursorKeeper = new CursorKeeper({ series, watch, dataDir: ground.dataDir.path, version, now });
  const catchingUp = createCatchingUp(ground, features, watch);

  return {
    ...{ watch, ingest, agents, gateway, opinions },
    backup: (file: string) => cursorKeeper.backup(file),
    catchUp: (): Promise<void> => catchingUp.run(),
    /** What agents bring is evaluated after what the last process had not. */
    upgrade(...[request, socket, head]: Parameters<UpgradeHandler>): void {
      if (catchingUp.isDone) gateway.upgrade(request, socket, head);
      else gateway.refuse(socket);
    },
    /** Judges every second and saves now and then, until the returned function is called. */
    start(): () => void {
      let stopTicking = (): void => undefined;
      catchingUp.whenDone(() => {
        stopTicking = startTicking(watch, (cause) => logger.error({ err: cause }, 'judging presence failed'));
      });
      const work = (): Promise<void> => saveMemories(cursorKeeper, watch);
      const save = (): void => inBackground(logger, work, 'the memory of devices could not be saved');
      const saving = setInterval(save, SNAPSHOT_MS);
      return () => {
        stopTicking();
        clearInterval(saving);
      };
    },
    /** Its row changed: features, its link and the screens follow. `record` is null once it is retired. */
    deviceChanged(id: string, record: DeviceRecord | null, before: DeviceRecord | undefined): void {
      for (const { name, deviceChanged } of list) {
        if (!deviceChanged) continue;
        inBackground(logger, () => deviceChanged(id, record), `a changed device was not followed: ${name}`);
      }
      if (record) live.deviceChanged(record);
      else if (before) {
        gateway.disconnect(before, new VigiaError('agent_retired'), RETIRED_RETRY_MS);
        live.deviceRemoved(before);
      }
    },
    /** Says goodbye to agents. */
    sendHome(): Promise<void> {
      catchingUp.giveUp();
      return gateway.close(RETURN_AFTER_RESTART_MS);
    },
    /** Commits what waits. What cannot be written now is replayed by the next start; a full disk must not hold up the end. */
    async end(): Promise<void> {
      if (health.about('state') !== null) watch.stop();
      const givingUp = setTimeout(() => watch.stop(), GIVE_UP_WRITING_MS).unref();
      await agents.drain();
      await twins.kept.close();
      await ingest.drain();
      // Else the next start would take this one for a server that saw everything.
      if (catchingUp.isDone) {
        for (const feature of list) await feature.save?.();
        await cursorKeeper.save();
      }
      clearTimeout(givingUp);
      watch.stop();
    },
  };
}

/** What is durable is followed by the features, then shown. */
function publish(changes: ChangeSet, features: readonly Feature[], live: LiveHub): void {
  for (const feature of features) feature.take?.(changes);
  for (const record of changes.touched) live.deviceChanged(record);
  live.reported(changes.reported);
  for (const step of changes.incidents) live.incidentChanged(step.record);
}

/** Others who are asked about a silent machine, and hosts outside by which the server knows its own line. */
function createSecondOpinions({ config, fleet, tasks, logger }: Foundation, watch: () => Watch, teardown: Teardown) {
  const anchors = config.anchors.length > 0 ? new Anchors(config.anchors) : null;
  const opinions = new SecondOpinions({
    fleet,
    tasks,
    logger,
    onFinding: (record, finding) => watch().takeFinding(record, finding),
  });
  teardown.push(() => anchors?.close());
  return { anchors, opinions };
}

/** Also how a server whose fleet is quiet learns that it cannot write. */
/** What was stamped by the clock before it was set, and what is stored, learn of it in the order of commits. */
function followClock(set: ClockSet, { ingest, series, logger }: ClockFollowers): void {
  ingest.clockSet(set.sizeMs);
  const step = seriesStep(set);
  if (!step) return;
  series.clockSet(step).catch((cause: unknown) => {
    logger.error(
      { err: cause },
      'that the clock was set could not be noted in the series; it is before the next commit',
    );
  });
}

interface ClockFollowers {
  readonly ingest: Ingest;
  readonly series: Features['series'];
  readonly logger: Foundation['logger'];
}

async function saveMemories(cursorKeeper: CursorKeeper, watch: Watch): Promise<void> {
  try {
    await cursorKeeper.save();
    watch.noteWritable(null);
  } catch (cause) {
    if (isUnwritable(cause)) watch.noteWritable(cause as Error);
    throw cause;
  }
}
