import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import pino, { type Logger } from 'pino';
import type { Test } from 'tap';
import { plain } from '../../protocol/said/plain.ts';
import { parseSaid } from '../../protocol/said/read.ts';
import type { Clocks } from '../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import { scaleValues } from '../../protocol/wire/report.ts';
import { ownSeries } from '../../server/app/own-series.ts';
import type { ChangeSet } from '../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../server/core/incidents/incident-book.ts';
import { type DetectionSettings, defaultSettings } from '../../server/domain/settings.ts';
import { heard } from '../../server/fleet/device-connection.ts';
import { learnClocks } from '../../server/fleet/device-memory.ts';
import type { DeviceRecord } from '../../server/fleet/device-record.ts';
import { type EffectiveSettings, everywhere } from '../../server/fleet/effective-settings.ts';
import { Fleet } from '../../server/fleet/fleet.ts';
import type { AckTarget } from '../../server/fleet/offered-report.ts';
import type { Clock } from '../../server/platform/clock.ts';
import { Health } from '../../server/platform/health/health.ts';
import { openSeries } from '../../server/platform/series/open-series.ts';
import type { SeriesStore } from '../../server/platform/series/series-store.ts';
import { openStore, type Store } from '../../server/platform/store/store.ts';
import { Ingest } from '../../server/watch/ingest.ts';
import { CURSOR_SETTING } from '../../server/watch/saved-memories.ts';
import { Watch, type WatchOptions } from '../../server/watch/watch.ts';
import { metricsOf, type Values } from './reading.ts';

export interface CoreOptions {
  readonly dir: string;
  readonly clock: Clock;
  readonly settings?: DetectionSettings;
  /** In place of `settings` for everything. */
  readonly policies?: (store: Store) => Promise<EffectiveSettings>;
  readonly presence?: Pick<WatchOptions, 'ask' | 'anchors' | 'isExpected' | 'isTold'>;
  readonly judges?: WatchOptions['judges'];
  readonly logger?: Logger;
  /** Stands between the core and its stores, to make them fail. */
  readonly wrapStore?: (store: Store) => Store;
  readonly wrapSeries?: (series: SeriesStore) => SeriesStore;
}

/** The way of a report on real stores, without sockets: ingest, watch, fleet and incidents, as the server wires them. */
export interface Core {
  now(): number;
  readonly store: Store;
  readonly series: SeriesStore;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly health: Health;
  readonly watch: Watch;
  readonly ingest: Ingest;
  /** Devices and incidents that were published, by name or key, in order. */
  readonly published: string[];
  close(): Promise<void>;
}

export async function startCore(t: Pick<Test, 'teardown'>, options: CoreOptions): Promise<Core> {
  const { dir, clock, settings = defaultSettings, logger = pino({ level: 'silent' }) } = options;
  const wrapStore = options.wrapStore ?? ((store) => store);
  const wrapSeries = options.wrapSeries ?? ((series) => series);
  const now = (): number => clock.now();
  const opened = await openStore({ path: join(dir, 'state.db'), clock: now });
  const store = wrapStore(opened);
  const fleet = new Fleet(store);
  await fleet.load();
  const cursor = ((await store.settings.get(CURSOR_SETTING)) as number | undefined) ?? 0;
  const onFatal = (cause: Error): void => {
    throw cause;
  };
  const positionsAfter = fleet.newestCursor(cursor);
  const series = wrapSeries(
    await openSeries({ ...ownSeries, path: join(dir, 'series.db'), now, positionsAfter, onFatal }),
  );
  const health = new Health();
  const book = new IncidentBook(store, settings.reopenWindowMs);
  await book.load(now());
  const published: string[] = [];
  const policies = (await options.policies?.(store)) ?? everywhere(settings);
  const publish = (changes: ChangeSet): void => {
    for (const { info, connection } of changes.touched) published.push(`${info.name} ${connection.liveness.state}`);
    for (const { record } of changes.incidents) published.push(`${record.rule} ${record.state}`);
  };
  const { judges = [] } = options;
  const watch = new Watch({
    clock,
    store,
    fleet,
    book,
    health,
    settings: policies,
    logger,
    judges,
    publish,
    ...options.presence,
  });
  const observe = { reportsCommitted: () => undefined, commitTook: () => undefined, reportUndatable: () => undefined };
  const ingest = new Ingest({ clock, series, watch, health, logger, observe });
  watch.resumeFrom(cursor);
  for await (const batch of series.replay(cursor)) await watch.takeReports(batch.position, batch.reports);
  await watch.begin();
  await watch.tick();
  const close = async (): Promise<void> => {
    watch.stop();
    await series.close();
    await opened.close();
  };
  t.teardown(close);
  return { now, store, series, fleet, book, health, watch, ingest, published, close };
}

/** What a kill -9 leaves behind: the files as they are now. The workers must have nothing to do. */
export function copyFiles(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
}

/** An agent without a socket: it offers reports whose clocks follow the server's. */
export class CoreAgent {
  runId = 'ab'.repeat(16);
  bootId = 'boot-1';
  bootedAt: number;
  sequence = 0;
  sleptMs = 0;
  /** Its time of day minus the server's. */
  clockOffsetMs = 0;
  readonly acknowledged: number[] = [];
  refused = 0;
  readonly target: AckTarget = {
    acknowledge: (_run, sequence) => {
      this.acknowledged.push(sequence);
    },
    refuse: () => {
      this.refused += 1;
    },
  };
  #metrics: readonly MetricDescriptor[] = [];

  constructor(startedAt: number) {
    this.bootedAt = startedAt - 3_600_000;
  }

  clocks(at: number): Clocks {
    const bootMs = at - this.bootedAt;
    return { wallMs: at + this.clockOffsetMs, monotonicMs: bootMs - this.sleptMs, bootMs };
  }

  /** What a new connection tells the server before any report. */
  connect(record: DeviceRecord, at: number): void {
    heard(record.connection, at);
    learnClocks(record.memory, this.bootId, this.clocks(at), at);
  }

  /** A report measured `at`; heard now. */
  offer(core: Core, record: DeviceRecord, at: number, values: Values, backfill = false, sequence?: number): void {
    const metrics = metricsOf(values);
    // The same array for the same set, as a session keeps it.
    if (JSON.stringify(metrics) !== JSON.stringify(this.#metrics)) this.#metrics = metrics;
    if (sequence === undefined) this.sequence += 1;
    heard(record.connection, core.now());
    core.ingest.offer({
      record,
      receivedAt: core.now(),
      frame: {
        type: 'report',
        run: 0,
        schema: 1,
        sequence: sequence ?? this.sequence,
        backfill,
        clocks: this.clocks(at),
        scaled: scaleValues(this.#metrics, Object.values(values)),
      },
      runId: this.runId,
      bootId: this.bootId,
      metrics: this.#metrics,
      from: this.target,
    });
  }
}

interface SaidLine {
  readonly line: string;
  readonly said_json: string;
  readonly at: number;
}

/** What happened, without identifiers that differ between runs: incidents, their histories, what is told, the ledger. */
export async function chronicle({ store }: Pick<Core, 'store'>): Promise<string[]> {
  const lines = await sql<SaidLine>`
    SELECT 'incident ' || rule || ' ' || object || ' ' || priority || ' ' || state || ' onset ' || onset_at || ' opened ' || opened_at
      || ' resolved ' || ifnull(resolved_at, '-') || ' reopened ' || reopened_count || ': ' AS line, said_json, updated_at AS at FROM incident ORDER BY opened_at, rule, object`.execute(
    store.db,
  );
  const events = await sql<SaidLine>`
    SELECT 'event ' || i.rule || ' ' || i.object || ' ' || e.kind || ' ' || e.at || ': ' AS line, e.said_json, e.at
    FROM incident_event e JOIN incident i ON i.id = e.incident_id ORDER BY e.at, i.rule, i.object, e.id`.execute(
    store.db,
  );
  const outbox = await sql<{ line: string }>`
    SELECT 'outbox ' || i.rule || ' ' || i.object || substr(o.idempotency_key, length(i.id) + 1) || ' due ' || o.due_at AS line
    FROM outbox o JOIN incident i ON o.idempotency_key LIKE i.id || '/%' ORDER BY o.due_at, line`.execute(store.db);
  const ledger = await sql<{ line: string }>`
    SELECT 'ledger ' || device_id || ' ' || state || ' ' || reason || ' ' || start_ms || '-' || end_ms AS line
    FROM presence_interval ORDER BY device_id, start_ms`.execute(store.db);
  const said = [lines, events].flatMap(({ rows }) =>
    rows.map((row) => row.line + plain(parseSaid(row.said_json), row.at)),
  );
  return [...said, ...[outbox, ledger].flatMap(({ rows }) => rows.map(({ line }) => line))];
}
