import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from 'pino';
import { plain } from '../../protocol/said/plain.ts';
import { IncidentBook } from '../core/incidents/incident-book.ts';
import { TaskDesk } from '../core/tasks/desk.ts';
import { type DetectionSettings, defaultSettings } from '../domain/settings.ts';
import { HistoryLosses } from '../features/history/history-losses.ts';
import { PolicyBook } from '../features/settings/policy-book.ts';
import { agreedLately } from '../fleet/agreed-now.ts';
import { Fleet } from '../fleet/fleet.ts';
import { healRecord } from '../fleet/redate.ts';
import { refuseHalfRestored } from '../platform/backup/restore-backup.ts';
import { type Clock, createClock } from '../platform/clock.ts';
import { openDataDir } from '../platform/files/data-dir.ts';
import { Health } from '../platform/health/health.ts';
import { VitalSigns } from '../platform/health/vital-signs.ts';
import { createServerMetrics } from '../platform/metrics/server-metrics.ts';
import { loadCertificate } from '../platform/security/certificate.ts';
import { loadIdentity } from '../platform/security/identity.ts';
import { beginSeries } from '../platform/series/open-series.ts';
import { defaultRetention } from '../platform/series/series-options.ts';
import type { Migration } from '../platform/store/open-database.ts';
import { openStore } from '../platform/store/store.ts';
import { beginClock } from '../watch/begin-clock.ts';
import { readUndone } from '../watch/clock-step.ts';
import { readAliveAt, readCursor } from '../watch/replay.ts';
import type { Config } from './config/config.ts';
import { publicHosts } from './listen.ts';
import { ownSeries } from './own-series.ts';
import type { Teardown } from './teardown.ts';

export interface FoundationOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly version: string;
  readonly clock?: Clock;
  readonly settings?: DetectionSettings;
  /** Of features. */
  readonly migrations?: readonly Migration[];
  /** The process cannot go on; by default it is ended. */
  readonly onFatal?: (cause: Error) => void;
}

export type Foundation = Awaited<ReturnType<typeof layFoundation>>;

/** How often the memories of devices are saved. */
export const SNAPSHOT_MS = 30_000;
const installationDir = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What all the rest stands on: the data folder, the clock, the state and the fleet in memory, keys and certificates.
 * @throws VigiaError data_dir_unwritable, data_dir_in_use, database_newer, database_damaged, config_bad_value
 */
export async function layFoundation(options: FoundationOptions, teardown: Teardown) {
  const { config, logger, version, migrations = [] } = options;
  const settings = new PolicyBook(options.settings ?? defaultSettings);
  const clock = options.clock ?? createClock();
  const now = (): number => clock.now();
  const onFatal = options.onFatal ?? endOf(logger);

  const dataDir = await openDataDir(config.dataDir);
  teardown.push(() => dataDir.release());
  refuseHalfRestored(dataDir.path);
  const health = new Health();
  health.set('data folder', dataDir.exposure);
  if (dataDir.exposure !== null) logger.warn(plain(dataDir.exposure, 0));
  const vitalSigns = new VitalSigns({ health });
  // Its thread reads the journal while this one reads the state.
  const opening = beginSeries({
    ...ownSeries,
    path: join(dataDir.path, 'series.db'),
    now,
    expiryNow: agreedLately(() => fleet.devices.values(), clock),
    retention: config.retention,
    onFatal,
    onDamage: (part) => losses.takeDamage(part),
    onNote: (sentence) => logger.warn(sentence),
  });
  teardown.push(() => opening.giveUp());
  const store = await openStore({ path: join(dataDir.path, 'state.db'), clock: now, migrations, logger, onFatal });
  teardown.push(() => store.close());
  const fleet = new Fleet(store);
  await beginClock({ clock, store, logger, lagMs: SNAPSHOT_MS });
  const startedAt = now();
  await fleet.load();
  await settings.load(store);
  const healed = [...fleet.devices.values()].filter((record) => healRecord(record, now())).length;
  if (healed > 0)
    logger.warn({ devices: healed }, 'the clock of the server was ahead once: what lay in the future is dated now');
  const cursor = await readCursor(store);
  const identity = await loadIdentity(dataDir.path);
  const tlsOptions = { choice: config.tls, dataDir: dataDir.path, hosts: publicHosts(config) };
  const certificate = await loadCertificate(tlsOptions, health, now());
  const metrics = createServerMetrics(version);
  teardown.push(() => metrics.close());
  const tasks = new TaskDesk({ logger, onDropped: (reason, count) => metrics.taskResultsDropped(reason, count) });
  teardown.push(() => tasks.close());
  const book = new IncidentBook(store, settings.builtIn.reopenWindowMs);
  await book.load(now());
  const retentionMs = Math.max(...Object.values({ ...defaultRetention, ...config.retention }));
  const losses = new HistoryLosses({ store, fleet, book, health, logger, now, retentionMs });

  /** To be called once, when what hears of lost history is there. */
  async function openSeries() {
    const newest = fleet.newestCursor(cursor);
    const series = await opening.open(newest);
    teardown.push(() => series.close());
    const undone = await readUndone(store);
    // Before anything is committed or read.
    if (undone && !dataDir.isReadOnly) {
      await series.clockSet(undone).catch((cause: unknown) => {
        logger.error({ err: cause }, 'what the series hold is not dated anew yet; it is before the next commit');
      });
    }
    await losses.begin(series, { cursor: newest, aliveAt: await readAliveAt(store), lagMs: SNAPSHOT_MS });
    // Its thread looks for what it must evaluate while this one goes on.
    return { series, unevaluated: series.replay(cursor) };
  }

  return {
    ...{ config, logger, version, settings, clock, now, startedAt, installationDir },
    ...{
      dataDir,
      health,
      vitalSigns,
      store,
      fleet,
      cursor,
      identity,
      certificate,
      metrics,
      tasks,
      book,
      losses,
      openSeries,
    },
  };
}

/** Ends the process, so that whoever watches it starts it anew. */
function endOf(logger: Logger): (cause: Error) => void {
  return (cause) => {
    logger.fatal({ err: cause }, 'a part of the server that holds data has died; ending, so that it can be restarted');
    process.exit(1);
  };
}
