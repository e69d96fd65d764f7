import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { decodeFrame, encodeFrame } from '../../../protocol/wire/codec.ts';
import type { ReportFrame } from '../../../protocol/wire/frame.ts';
import type { MetricDescriptor } from '../../../protocol/wire/metric.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { AckTarget, OfferedReport } from '../../fleet/offered-report.ts';
import { isDelivered } from '../../fleet/runs.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Twin } from './twin.ts';
import type { KeptReport, TwinRepository } from './twin-repository.ts';
import type { Twins } from './twins.ts';

export interface KeptReportsOptions {
  readonly twins: Twins;
  readonly store: Pick<Store, 'commit'>;
  readonly twinRepository: TwinRepository;
  readonly logger: Logger;
  /** Takes a report of the device that it is. */
  readonly offer: (report: OfferedReport) => void;
}

/** Of one machine: five days at a report of 350 bytes in ten seconds. */
const MAX_BYTES = 16 * 2 ** 20;
/** Of all machines of one device together; and never more than is left for others, so that a device that comes later has room too. */
const MAX_BYTES_OF_DEVICE = 2 * MAX_BYTES;
/** Of all machines together. */
const MAX_BYTES_OF_ALL = 128 * 2 ** 20;
const GROUP_MS = 250;
/** Of one device no more than may still come of others. */
const MAX_WAITING = 2_000;
const FULL_RETRY_MS = 300_000;
const FAILED_RETRY_MS = 5_000;
const INTAKE_CHUNK = 256;
/** A report that its agent sends at the same time is answered there: it is asked for again. */
const INTAKE_ANSWER_MS = 30_000;

interface Waiting {
  readonly twin: Twin;
  readonly report: KeptReport;
  readonly schema: Uint8Array;
  readonly from: AckTarget;
  readonly run: number;
}

/**
 * Reports of machines of which nobody has said yet whether they are the device: kept in the database, and acknowledged then. What
 * there is no room for stays with its agent.
 */
export class KeptReports {
  readonly #options: KeptReportsOptions;
  readonly #schemas = new WeakMap<readonly MetricDescriptor[], { readonly hash: string; readonly frame: Uint8Array }>();
  /** Lists of metrics that are kept of a machine, since the start. */
  readonly #hashes = new WeakMap<Twin, Set<string>>();
  readonly #waiting: Waiting[] = [];
  /** How many of them are of each device. */
  readonly #waitingOf = new Map<string, number>();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: KeptReportsOptions) {
    this.#options = options;
  }

  /** No more is kept of this machine. */
  isFull(twin: Twin): boolean {
    const { twins } = this.#options;
    const left = MAX_BYTES_OF_ALL - bytesOf(twins.all());
    const ofDevice = bytesOf(twins.of(twin.deviceId));
    return twin.keptBytes >= MAX_BYTES || ofDevice >= Math.min(MAX_BYTES_OF_DEVICE, left);
  }

  /** Keeps a copy of a report. */
  keep(twin: Twin, { record, frame, runId, bootId, metrics, receivedAt, from }: OfferedReport): void {
    const { sequence, backfill } = frame;
    // Of the past that both machines have in common.
    if (isDelivered(record.memory.runs, runId, sequence)) {
      from.acknowledge(frame.run, sequence, backfill);
      return;
    }
    const isFull = this.isFull(twin) || this.#isClosed;
    const waiting = this.#waitingOf.get(twin.deviceId) ?? 0;
    if (isFull || waiting >= MAX_WAITING - this.#waiting.length) {
      from.refuse(isFull ? FULL_RETRY_MS : FAILED_RETRY_MS);
      return;
    }
    const schema = this.#schemaOf(metrics);
    const report: KeptReport = {
      twin_id: twin.id,
      run_id: runId,
      boot_id: bootId,
      sequence,
      schema_hash: schema.hash,
      received_at: receivedAt,
      frame: encodeFrame({ ...frame, run: 0, schema: 0 }),
    };
    this.#waiting.push({ twin, report, schema: schema.frame, from, run: frame.run });
    this.#waitingOf.set(twin.deviceId, waiting + 1);
    this.#timer ??= setTimeout(() => void this.flush(), GROUP_MS);
  }

  /** Writes what waits. Never rejects: what cannot be written stays with its agent. */
  flush(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#flushing = this.#flushing.then(() => {
      this.#waitingOf.clear();
      return this.#write(this.#waiting.splice(0));
    });
    return this.#flushing;
  }

  /** Takes what was kept of this machine into the history of its device, as what it is: the past. */
  async takeIn(twin: Twin, record: DeviceRecord): Promise<void> {
    const { twinRepository, store, twins } = this.#options;
    await this.flush();
    const schemas = new Map<string, readonly MetricDescriptor[]>();
    for (const { hash, frame } of await twinRepository.schemas(twin.id)) {
      const schema = decodeFrame(frame);
      if (schema.type === 'schema') schemas.set(hash, schema.metrics);
    }
    while (!this.#isClosed) {
      const rows = await twinRepository.reports(twin.id, INTAKE_CHUNK);
      const last = rows.at(-1);
      if (!last) break;
      const offers = rows.map((row) => {
        const frame = decodeFrame(row.frame);
        const metrics = schemas.get(row.schema_hash);
        if (frame.type !== 'report' || !metrics) throw new Error(`The report ${row.id} was not kept whole.`);
        return this.#offer(record, frame, row, metrics);
      });
      await Promise.all(offers);
      if (this.#isClosed) break;
      await store.commit([twinRepository.removeReportsStatement(twin.id, last.id)]);
      twin.kept = Math.max(0, twin.kept - rows.length);
      twin.keptBytes = Math.max(0, twin.keptBytes - rows.reduce((sum, row) => sum + row.frame.length, 0));
    }
    if (this.#isClosed) return;
    await store.commit([twinRepository.dropStatement(twin.id)]);
    twins.forget(twin.deviceId, (one) => one === twin);
  }

  /** Takes in what a decision before the last stop left, in the background. */
  resume(records: ReadonlyMap<string, DeviceRecord>): void {
    for (const twin of this.#options.twins.all()) {
      const record = records.get(twin.deviceId);
      if (record && twin.role === 'taken') this.takeInLater(twin, record);
    }
  }

  takeInLater(twin: Twin, record: DeviceRecord): void {
    this.takeIn(twin, record).catch((cause: unknown) => {
      this.#options.logger.error(
        { err: cause, device: record.info.id },
        'kept reports could not be taken in; trying at the next start',
      );
    });
  }

  /** Writes what waits; nothing is taken any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
  }

  async #offer(record: DeviceRecord, frame: ReportFrame, row: KeptReport, metrics: readonly MetricDescriptor[]) {
    for (;;) {
      const refusedForMs = await new Promise<number>((resolve) => {
        const from: AckTarget = { acknowledge: () => resolve(0), refuse: (retryInMs) => resolve(retryInMs) };
        setTimeout(resolve, INTAKE_ANSWER_MS, 1).unref();
        const { run_id: runId, boot_id: bootId, received_at: receivedAt } = row;
        this.#options.offer({ record, receivedAt, frame: { ...frame, backfill: true }, runId, bootId, metrics, from });
      });
      if (refusedForMs === 0 || this.#isClosed) return;
      await new Promise((resolve) => setTimeout(resolve, refusedForMs).unref());
    }
  }

  async #write(waiting: readonly Waiting[]): Promise<void> {
    if (waiting.length === 0) return;
    const { twins, twinRepository, store, logger } = this.#options;
    const devices = new Set(waiting.map(({ twin }) => twin.deviceId));
    const saving = [...devices].map((deviceId) => twins.saving(deviceId));
    const schemas = new Map(waiting.map((one) => [`${one.twin.id} ${one.report.schema_hash}`, one]));
    try {
      await store.commit([
        ...saving.flatMap(({ statements }) => statements),
        ...[...schemas.values()].map(({ twin, report, schema }) =>
          twinRepository.schemaStatement(twin.id, report.schema_hash, schema),
        ),
        ...waiting.map(({ report }) => twinRepository.reportStatement(report)),
      ]);
    } catch (cause) {
      logger.error({ err: cause, reports: waiting.length }, 'reports could not be kept apart; their agents hold them');
      for (const from of new Set(waiting.map(({ from }) => from))) from.refuse(FAILED_RETRY_MS);
      return;
    }
    for (const { written } of saving) written();
    for (const { twin, schema, report } of schemas.values()) {
      if (twin.role === 'given_up') continue;
      const hashes = this.#hashes.get(twin) ?? new Set();
      this.#hashes.set(twin, hashes);
      if (!hashes.has(report.schema_hash)) twin.keptBytes += schema.length;
      hashes.add(report.schema_hash);
    }
    for (const { twin, report, from, run } of waiting) {
      // What was on its way when somebody decided against the machine is dropped with the rest.
      if (twin.role !== 'given_up') {
        twin.kept += 1;
        twin.keptBytes += report.frame.length;
      }
      from.acknowledge(run, report.sequence, false);
    }
  }

  #schemaOf(metrics: readonly MetricDescriptor[]) {
    const known = this.#schemas.get(metrics);
    if (known) return known;
    const frame = encodeFrame({ type: 'schema', run: 0, schema: 0, metrics });
    const made = { hash: createHash('sha256').update(frame).digest('base64url'), frame };
    this.#schemas.set(metrics, made);
    return made;
  }
}

function bytesOf(twins: readonly Twin[]): number {
  return twins.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
}
