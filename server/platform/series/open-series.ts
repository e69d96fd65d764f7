import { VigiaError } from '../../../protocol/error.ts';
import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import type { Calls, NumberedDamage, NumberedReport, Retention } from './calls.ts';
import { RowEncoder } from './rows/row-encoder.ts';
import { RowReplay } from './rows/row-replay.ts';
import type {
  DamagedPart,
  Extent,
  FleetRequest,
  FleetResult,
  JournalBatch,
  Origin,
  SeriesRequest,
  SeriesResult,
  SeriesStep,
  SeriesStore,
  SeriesUsage,
  StoredReport,
} from './series-store.ts';
import { ThreadClient } from './thread-client.ts';

export interface SeriesOptions {
  readonly path: string;
  readonly now: () => number;
  /**
   * The time by which history is past its time, ms; null while nobody can say. By default `now`: a clock that is ahead would remove
   * everything.
   */
  readonly expiryNow?: () => number | null;
  /** By default 14 days, 13 months and 5 years. */
  readonly retention?: Partial<Retention>;
  /** Positions up to this one were used already, in case the file was lost: the state remembers them. By default 0. */
  readonly positionsAfter?: number;
  /** Called once if the thread dies: nothing can be committed any more, so the process must not go on. */
  readonly onFatal: (cause: Error) => void;
  /** Told of every part that was found damaged and set aside, also of those that were found before this start. */
  readonly onDamage?: (part: DamagedPart) => void;
  /** Told in a sentence what the store did of its own accord, for the log. */
  readonly onNote?: (sentence: string) => void;
}

type Answer = Promise<Calls['replay']['result']>;

const DAY_MS = 86_400_000;
export const defaultRetention: Retention = { raw: 14 * DAY_MS, fiveMinute: 396 * DAY_MS, hour: 1_826 * DAY_MS };

const MAX_WAITING_REPORTS = 50_000;
const TICK_MS = 1_000;
/** Reports so close to the end of their time might lose neighbours before they are rolled up. */
const PAST_MARGIN_MS = 4 * 3_600_000;
const FORGET_EVERY_MS = 60_000;
const HOSTS_PER_QUESTION = 500;

/** A series store that is being opened in its thread, while whoever asked for it does something else. */
export interface OpeningSeries {
  /**
   * @param positionsAfter as in the options, if it was not known yet
   * @throws VigiaError database_damaged, database_newer, unavailable
   */
  open(positionsAfter?: number): Promise<EmbeddedSeries>;
  /** Ends the thread. Whoever has opened the store closes that instead. */
  giveUp(): Promise<void>;
}

/** Begins to open the embedded series store, whose database lives in its own thread. */
export function beginSeries(options: SeriesOptions): OpeningSeries {
  let series: EmbeddedSeries | undefined;
  const early: NumberedDamage[] = [];
  const client = new ThreadClient(
    { path: options.path, retention: { ...defaultRetention, ...options.retention }, now: options.now() },
    {
      onFatal: options.onFatal,
      onNote: (sentence) => options.onNote?.(sentence),
      onDamage: (damage) => {
        if (series) series.tellDamage(damage);
        else early.push(damage);
      },
    },
  );
  return {
    async open(positionsAfter = options.positionsAfter ?? 0) {
      const known = await client.open(positionsAfter);
      series = new EmbeddedSeries(options, client, new RowEncoder(known), known.origin);
      for (const damage of early) series.tellDamage(damage);
      return series;
    },
    giveUp: () => client.close(),
  };
}

/** Opens the embedded series store. @throws VigiaError database_damaged, database_newer, unavailable */
export function openSeries(options: SeriesOptions): Promise<EmbeddedSeries> {
  return beginSeries(options).open();
}

export class EmbeddedSeries implements SeriesStore {
  readonly #options: SeriesOptions;
  readonly #client: ThreadClient;
  readonly #encoder: RowEncoder;
  readonly #pastMs: number;
  readonly #jobs: (() => Promise<void>)[] = [];
  readonly #metricsOf = new Map<string, readonly MetricDescriptor[]>();
  readonly #ticking: NodeJS.Timeout;
  #isBusy = false;
  #isTicking = false;
  #waitingReports = 0;
  /** Not told to the thread yet: it must be before anything else is committed. */
  readonly #steps: SeriesStep[] = [];
  #forget: readonly number[] = [];
  #forgotAt = 0;
  #nextWalk = 1;
  #isClosed = false;
  readonly origin: Origin;

  constructor(options: SeriesOptions, client: ThreadClient, encoder: RowEncoder, origin: Origin) {
    this.origin = origin;
    this.#options = options;
    this.#client = client;
    this.#encoder = encoder;
    this.#pastMs = (options.retention?.raw ?? defaultRetention.raw) - PAST_MARGIN_MS;
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    this.#ticking.unref();
  }

  append(reports: readonly StoredReport[]): Promise<number> {
    if (this.#waitingReports + reports.length > MAX_WAITING_REPORTS) {
      const cause = new VigiaError('overloaded', `${this.#waitingReports} reports already wait to be committed.`);
      return Promise.reject(cause);
    }
    return this.#enqueue(reports.length, () => this.#commit(reports));
  }

  replay(afterPosition: number): AsyncIterable<JournalBatch> {
    const walk = this.#nextWalk++;
    const ask = (): Answer => {
      const answer = this.#client.ask('replay', { walk, after: afterPosition });
      // Told to whoever walks on. Nobody may, and then it concerns nobody.
      answer.catch(() => undefined);
      return answer;
    };
    return this.#walkThrough(walk, ask, ask());
  }

  /** The thread is one answer ahead, so that it reads while what it read is evaluated. */
  async *#walkThrough(walk: number, ask: () => Answer, first: Answer): AsyncIterable<JournalBatch> {
    const rowReplay = new RowReplay({
      deviceOf: (host) => this.#encoder.deviceOf(host),
      metricsOf: (schema) => this.#encoder.numbers.schema(schema)?.metrics,
    });
    let isEnded = false;
    try {
      for (let coming = first; ; ) {
        const { before, batches } = await coming;
        isEnded = batches.length === 0;
        if (isEnded) return;
        coming = ask();
        if (before) rowReplay.begin(before);
        for (const { position, rows } of batches)
          yield { position, reports: rows === null ? [] : rowReplay.read(rows) };
      }
    } finally {
      if (!isEnded && !this.#isClosed) await this.#client.ask('endReplay', { walk });
    }
  }

  async latest(isWanted: (deviceId: string) => boolean = () => true): Promise<StoredReport[]> {
    const found: StoredReport[] = [];
    for (const hosts of this.#hosts(isWanted)) found.push(...this.#named(await this.#client.ask('latest', { hosts })));
    return found;
  }

  async extents(): Promise<ReadonlyMap<string, Extent>> {
    const found = new Map<string, Extent>();
    for (const hosts of this.#hosts(() => true)) {
      for (const { host, fromMs, toMs } of await this.#client.ask('extents', { hosts })) {
        const deviceId = this.#encoder.deviceOf(host);
        if (deviceId !== undefined) found.set(deviceId, { fromMs, toMs });
      }
    }
    return found;
  }

  /** Hosts in groups that the thread answers for in one turn. */
  *#hosts(isWanted: (deviceId: string) => boolean): Generator<number[], void, void> {
    const hosts = this.#encoder.hosts().flatMap(({ id, deviceId }) => (isWanted(deviceId) ? [id] : []));
    for (let start = 0; start < hosts.length || start === 0; start += HOSTS_PER_QUESTION) {
      yield hosts.slice(start, start + HOSTS_PER_QUESTION);
    }
  }

  query(request: SeriesRequest, signal?: AbortSignal): Promise<SeriesResult[]> {
    return this.#client.ask('query', request, signal);
  }

  queryFleet(request: FleetRequest, signal?: AbortSignal): Promise<FleetResult> {
    return this.#client.ask('queryFleet', request, signal);
  }

  clockSet(step: SeriesStep): Promise<void> {
    return this.#enqueue(0, () => {
      this.#steps.push(step);
      return this.#tellSteps();
    });
  }

  release(position: number): void {
    if (this.#isClosed) return;
    // Only a hint: if it is lost, the journal shrinks a little later.
    this.#client.ask('release', { position }).catch(() => undefined);
  }

  remove(deviceId: string): Promise<void> {
    return this.#enqueue(0, async () => {
      const host = this.#encoder.hostOf(deviceId);
      if (host === undefined) return;
      await this.#client.ask('remove', { host });
      this.#encoder.removeHost(deviceId);
    });
  }

  async usage(): Promise<SeriesUsage> {
    const usage = await this.#client.ask('usage', {});
    return { ...usage, damaged: usage.damaged.map((damage) => this.#namedDamage(damage)) };
  }

  backup(path: string): Promise<number> {
    return this.#client.ask('backup', { path });
  }

  /** Resolves when everything that is due now has been done in the background: sealed, rolled up, expired. */
  async settle(): Promise<void> {
    await this.#client.ask('settle', this.#time());
  }

  queue(): { length: number; limit: number } {
    return { length: this.#waitingReports, limit: MAX_WAITING_REPORTS };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#ticking);
    await this.#client.close();
  }

  /** Tells the listener of a damaged part by the name of its device. */
  tellDamage(damage: NumberedDamage): void {
    this.#options.onDamage?.(this.#namedDamage(damage));
  }

  async #tellSteps(): Promise<void> {
    for (let step = this.#steps[0]; step; step = this.#steps[0]) {
      this.#encoder.renewAll();
      await this.#client.ask('clockSet', step);
      this.#steps.shift();
    }
  }

  async #commit(reports: readonly StoredReport[]): Promise<number> {
    if (this.#steps.length > 0) await this.#tellSteps();
    const now = this.#options.now();
    const { data, names } = this.#encoder.encode(reports, now - this.#pastMs);
    try {
      const { position, renew, floor } = await this.#client.ask('append', { data, names, forget: this.#forget, now });
      this.#encoder.committed(position);
      for (const lane of renew) this.#encoder.renew(lane);
      this.#forget = [];
      // Also when the clock was set back meanwhile.
      if (Math.abs(now - this.#forgotAt) >= FORGET_EVERY_MS) {
        this.#forgotAt = now;
        this.#forget = this.#encoder.numbers.forgetBefore(floor);
      }
      return position;
    } catch (cause) {
      this.#encoder.failed();
      throw cause;
    }
  }

  /** One after the other, in the order of the calls: rows of a batch build on those of the batch before. */
  #enqueue<T>(size: number, work: () => Promise<T>): Promise<T> {
    this.#waitingReports += size;
    return new Promise<T>((resolve, reject) => {
      const run = (): Promise<void> =>
        work()
          .finally(() => {
            this.#waitingReports -= size;
          })
          .then(resolve, reject);
      this.#jobs.push(run);
      if (!this.#isBusy) this.#work().catch(reject);
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    for (let run = this.#jobs.shift(); run; run = this.#jobs.shift()) await run();
    this.#isBusy = false;
  }

  #time(): Calls['tick']['args'] {
    const { now, expiryNow } = this.#options;
    return { now: now(), expiryNow: expiryNow ? expiryNow() : now() };
  }

  #tick(): void {
    if (this.#isTicking || this.#isClosed) return;
    this.#isTicking = true;
    this.#client
      .ask('tick', this.#time())
      // A thread that has died is told of by onFatal.
      .catch(() => undefined)
      .finally(() => {
        this.#isTicking = false;
      });
  }

  #named(reports: readonly NumberedReport[]): StoredReport[] {
    const metricsOfIds = new Map<readonly number[], readonly MetricDescriptor[]>();
    const named: StoredReport[] = [];
    for (const report of reports) {
      const deviceId = this.#encoder.deviceOf(report.host);
      // Removed since.
      if (deviceId === undefined) continue;
      let metrics = metricsOfIds.get(report.metricIds);
      if (!metrics) {
        metrics = this.#metrics(report.metricIds);
        metricsOfIds.set(report.metricIds, metrics);
      }
      const { runId, bootId, sequence, backfill, at, receivedAt, clockOffsetMs, scaled } = report;
      const clocks = { wallMs: report.wallMs, monotonicMs: report.monotonicMs, bootMs: report.bootMs };
      named.push({
        deviceId,
        runId,
        bootId,
        sequence,
        backfill,
        at,
        receivedAt,
        clocks,
        clockOffsetMs,
        metrics,
        scaled,
      });
    }
    return named;
  }

  /** The same array for the same metrics, as long as few enough sets are in use. */
  #metrics(ids: readonly number[]): readonly MetricDescriptor[] {
    const key = ids.join();
    let metrics = this.#metricsOf.get(key);
    if (!metrics) {
      metrics = this.#encoder.numbers.descriptorsOf(ids);
      if (this.#metricsOf.size >= MAX_SETS) this.#metricsOf.clear();
      this.#metricsOf.set(key, metrics);
    }
    return metrics;
  }

  #namedDamage({ source, host, fromMs, toMs, foundAt }: NumberedDamage): DamagedPart {
    const deviceId = host === null ? null : (this.#encoder.deviceOf(host) ?? null);
    return { source, deviceId, fromMs, toMs, foundAt };
  }
}

const MAX_SETS = 10_000;
