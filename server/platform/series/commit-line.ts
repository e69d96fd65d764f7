import type { RowEncoder } from './rows/row-encoder.ts';
import type { SeriesStep, StoredReport } from './series-store.ts';
import type { ThreadClient } from './thread-client.ts';

export interface CommitLineOptions {
  readonly client: ThreadClient;
  readonly encoder: RowEncoder;
  readonly now: () => number;
  /** Reports older than this go to lanes of the past, ms. */
  readonly pastMs: number;
}

const FORGET_EVERY_MS = 60_000;

/** What changes the database: one after the other, in the order of the calls, as rows of a batch build on those of the batch before. */
export class CommitLine {
  readonly #options: CommitLineOptions;
  readonly #jobs: (() => Promise<void>)[] = [];
  #isBusy = false;
  #waitingReports = 0;
  /** Not told to the thread yet: it must be before anything else is committed. */
  readonly #steps: SeriesStep[] = [];
  #forget: readonly number[] = [];
  #forgotAt = 0;

  constructor(options: CommitLineOptions) {
    this.#options = options;
  }

  /** Reports that are not committed yet. */
  get waitingReports(): number {
    return this.#waitingReports;
  }

  append(reports: readonly StoredReport[]): Promise<number> {
    return this.#enqueue(reports.length, () => this.#commit(reports));
  }

  clockSet(step: SeriesStep): Promise<void> {
    return this.#enqueue(0, () => {
      this.#steps.push(step);
      return this.#tellSteps();
    });
  }

  remove(deviceId: string): Promise<void> {
    const { client, encoder } = this.#options;
    return this.#enqueue(0, async () => {
      const host = encoder.hostOf(deviceId);
      if (host === undefined) return;
      await client.ask('remove', { host });
      encoder.removeHost(deviceId);
    });
  }

  async #tellSteps(): Promise<void> {
    const { client, encoder } = this.#options;
    for (let step = this.#steps[0]; step; step = this.#steps[0]) {
      encoder.renewAll();
      await client.ask('clockSet', step);
      this.#steps.shift();
    }
  }

  async #commit(reports: readonly StoredReport[]): Promise<number> {
    if (this.#steps.length > 0) await this.#tellSteps();
    const { client, encoder, pastMs } = this.#options;
    const now = this.#options.now();
    const { data, names } = encoder.encode(reports, now - pastMs);
    try {
      const { position, renew, floor } = await client.ask('append', { data, names, forget: this.#forget, now });
      encoder.committed(position);
      for (const lane of renew) encoder.renew(lane);
      this.#forget = [];
      // Also when the clock was set back meanwhile.
      if (Math.abs(now - this.#forgotAt) >= FORGET_EVERY_MS) {
        this.#forgotAt = now;
        this.#forget = encoder.numbers.forgetBefore(floor);
      }
      return position;
    } catch (cause) {
      encoder.failed();
      throw cause;
    }
  }

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
}
