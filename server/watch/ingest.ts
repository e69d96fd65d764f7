import type { Logger } from 'pino';
import { saidOf } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { dateClocks } from '../domain/dating.ts';
import { learnClocks } from '../fleet/device-memory.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { OfferedReport } from '../fleet/offered-report.ts';
import { isDelivered } from '../fleet/runs.ts';
import type { Clock } from '../platform/clock.ts';
import type { Health } from '../platform/health/health.ts';
import type { SeriesStore } from '../platform/series/series-store.ts';
import { type WaitingReport, WaitingReports } from './waiting-report.ts';
import type { Watch } from './watch.ts';

export interface IngestOptions {
  readonly clock: Clock;
  readonly series: SeriesStore;
  readonly watch: Watch;
  readonly health: Health;
  readonly logger: Logger;
  readonly observe: {
    reportsCommitted(count: number): void;
    commitTook(durationMs: number): void;
    reportUndatable(): void;
  };
}

/** A group commit gathers reports for this long. */
const GROUP_MS = 250;
const MAX_PENDING = 20_000;
const MAX_BATCH = 5_000;
/** Of one device's past. Its agent keeps 64 on the way; who sends a year of it at once takes no room from the neighbours. */
const MAX_BACKFILL_IN_FLIGHT = 512;
/** The past of all devices together leaves this much of the queue to the present. */
const MAX_PENDING_FOR_BACKFILL = MAX_PENDING / 2;
/** Clocks may have been this far apart when the device was enrolled. */
const ENROLMENT_SLACK_MS = 86_400_000;
/** The watch may lag behind the journal by so many batches before reports wait. */
const MAX_WATCH_LAG = 8;
const RETRY_AFTER_FAILURE_MS = 5_000;

/**
 * The way of a report: offered -> committed to the journal -> acknowledged -> evaluated, written and published by the watch.
 * What could not be committed was never acknowledged, so the agent still has it.
 */
export class Ingest {
  readonly #options: IngestOptions;
  #pending: WaitingReport[] = [];
  readonly #reports = new WaitingReports();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;

  constructor(options: IngestOptions) {
    this.#options = options;
  }

  queue(): { length: number; limit: number } {
    return { length: this.#pending.length, limit: MAX_PENDING };
  }

  /** Takes a valid report of an authenticated agent. Keeps a copy. */
  offer(offered: OfferedReport): void {
    const { record, frame, runId, bootId, receivedAt, from } = offered;
    const { sequence, clocks, backfill } = frame;
    const { memory } = record;
    if (isDelivered(memory.runs, runId, sequence)) {
      from.acknowledge(frame.run, sequence, backfill);
      return;
    }
    if (record.inFlight.has(runId, sequence)) return;
    if (this.#isFull(record, backfill)) {
      from.refuse(RETRY_AFTER_FAILURE_MS);
      return;
    }
    const known = backfill ? memory.dating : null;
    const dating = known ?? learnClocks(memory, bootId, clocks, receivedAt);
    const at = dateClocks(dating, bootId, clocks, receivedAt);
    // A machine without a clock battery says 1970 after its boot. Nobody knows when that was, so the agent need not keep it.
    if (at < record.info.enrolled_at - ENROLMENT_SLACK_MS) {
      this.#options.observe.reportUndatable();
      from.acknowledge(frame.run, sequence, backfill);
      return;
    }
    record.inFlight.add(runId, sequence);
    this.#pending.push(this.#reports.take(offered, at, dating.clockOffsetMs));
    this.#timer ??= setTimeout(() => this.#startFlush(), GROUP_MS);
  }

  #isFull(record: DeviceRecord, backfill: boolean): boolean {
    const limit = backfill ? MAX_PENDING_FOR_BACKFILL : MAX_PENDING;
    return this.#pending.length >= limit || (backfill && record.inFlight.size >= MAX_BACKFILL_IN_FLIGHT);
  }

  /** The clock was set by so much: what waits was stamped by the one before. To be called at once. */
  clockSet(sizeMs: number): void {
    for (const report of this.#pending) {
      report.at += sizeMs;
      report.receivedAt += sizeMs;
      report.clockOffsetMs -= sizeMs;
    }
  }

  /** Commits what waits and lets the watch finish. */
  async drain(): Promise<void> {
    while (this.#flushing || this.#pending.length > 0) await this.#flush();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#options.watch.lane.idle();
  }

  #startFlush(): void {
    this.#timer = null;
    this.#flush().catch((cause: unknown) => this.#options.logger.error({ err: cause }, 'evaluating reports failed'));
  }

  /** One at a time: the journal's order is the order of arrival. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#commitPending().finally(() => {
      this.#flushing = null;
      if (this.#pending.length > 0) this.#timer ??= setTimeout(() => this.#startFlush(), GROUP_MS);
    });
    return this.#flushing;
  }

  async #commitPending(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.#commitBatch(this.#pending.splice(0, MAX_BATCH));
      // The first commit empties what had gathered; what arrived meanwhile gathers again, unless there is much of it.
      if (this.#pending.length < MAX_BATCH) break;
    }
  }

  async #commitBatch(batch: readonly WaitingReport[]): Promise<void> {
    const { series, watch, health, logger, observe } = this.#options;
    const startedAt = performance.now();
    let position: number;
    try {
      position = await series.append(batch);
    } catch (cause) {
      logger.error({ err: cause, reports: batch.length }, 'reports could not be committed; agents keep them');
      health.set('journal', said('server.journal', { why: saidOf(cause) }), 'committing');
      const senders = new Set(batch.map(({ from }) => from));
      this.#land(batch);
      for (const from of senders) from?.refuse(RETRY_AFTER_FAILURE_MS);
      return;
    }
    health.set('journal', null);
    observe.commitTook(performance.now() - startedAt);
    observe.reportsCommitted(batch.length);
    acknowledge(batch);
    const evaluated = watch.takeReports(position, batch).finally(() => this.#land(batch));
    if (watch.lane.length > MAX_WATCH_LAG) await evaluated;
    else evaluated.catch((cause: unknown) => logger.error({ err: cause }, 'evaluating reports failed'));
  }

  #land(batch: readonly WaitingReport[]): void {
    for (let index = 0; index < batch.length; index += 1) {
      const report = batch[index] as WaitingReport;
      report.record?.inFlight.delete(report.runId, report.sequence);
      this.#reports.giveBack(report);
    }
  }
}

function acknowledge(batch: readonly WaitingReport[]): void {
  for (let index = 0; index < batch.length; index += 1) {
    const { from, run, sequence, backfill } = batch[index] as WaitingReport;
    from?.acknowledge(run, sequence, backfill);
  }
}
