import type { Calls, NumberedDamage } from './calls.ts';
import { CommitLine } from './commit-line.ts';
import { DeviceNames } from './device-names.ts';
import type { RowEncoder } from './rows/row-encoder.ts';
import { RowReplay } from './rows/row-replay.ts';
import { ownFailure } from './series-error.ts';
import { defaultRetention, type SeriesOptions } from './series-options.ts';
import type {
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
import type { ThreadClient } from './thread-client.ts';

type Answer = Promise<Calls['replay']['result']>;

const MAX_WAITING_REPORTS = 50_000;
const TICK_MS = 1_000;
/** Reports so close to the end of their time might lose neighbours before they are rolled up. */
const PAST_MARGIN_MS = 4 * 3_600_000;
const HOSTS_PER_QUESTION = 500;

/** The store whose database lives in a thread of this process. */
export class EmbeddedSeries implements SeriesStore {
  readonly #options: SeriesOptions;
  readonly #client: ThreadClient;
  readonly #encoder: RowEncoder;
  readonly #commits: CommitLine;
  readonly #names: DeviceNames;
  readonly #ticking: NodeJS.Timeout;
  #isTicking = false;
  #nextWalk = 1;
  #isClosed = false;
  readonly origin: Origin;

  constructor(options: SeriesOptions, client: ThreadClient, encoder: RowEncoder, origin: Origin) {
    this.origin = origin;
    this.#options = options;
    this.#client = client;
    this.#encoder = encoder;
    this.#names = new DeviceNames(encoder);
    const pastMs = (options.retention?.raw ?? defaultRetention.raw) - PAST_MARGIN_MS;
    this.#commits = new CommitLine({ client, encoder, now: options.now, pastMs });
    this.#ticking = setInterval(() => this.#tick(), TICK_MS);
    this.#ticking.unref();
  }

  append(reports: readonly StoredReport[]): Promise<number> {
    const { length } = this.queue();
    if (length + reports.length > MAX_WAITING_REPORTS) {
      const failure = this.#options.failure ?? ownFailure;
      return Promise.reject(failure('overloaded', `${length} reports already wait to be committed.`));
    }
    return this.#commits.append(reports);
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
    for (const hosts of this.#hosts(isWanted)) {
      found.push(...this.#names.reports(await this.#client.ask('latest', { hosts })));
    }
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
    return this.#commits.clockSet(step);
  }

  release(position: number): void {
    if (this.#isClosed) return;
    // Only a hint: if it is lost, the journal shrinks a little later.
    this.#client.ask('release', { position }).catch(() => undefined);
  }

  remove(deviceId: string): Promise<void> {
    return this.#commits.remove(deviceId);
  }

  async usage(): Promise<SeriesUsage> {
    const usage = await this.#client.ask('usage', {});
    return { ...usage, damaged: usage.damaged.map((damage) => this.#names.damage(damage)) };
  }

  backup(path: string): Promise<number> {
    return this.#client.ask('backup', { path });
  }

  /** Resolves when everything that is due now has been done in the background: sealed, rolled up, expired. */
  async settle(): Promise<void> {
    await this.#client.ask('settle', this.#time());
  }

  queue(): { length: number; limit: number } {
    return { length: this.#commits.waitingReports, limit: MAX_WAITING_REPORTS };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearInterval(this.#ticking);
    await this.#client.close();
  }

  /** Tells the listener of a damaged part by the name of its device. */
  tellDamage(damage: NumberedDamage): void {
    this.#options.onDamage?.(this.#names.damage(damage));
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
}
