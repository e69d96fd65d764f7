import { join } from 'node:path';
import { encodeFrame } from '../../protocol/wire/codec.ts';
import type { ReportFrame, SchemaFrame } from '../../protocol/wire/frame.ts';
import { close, fdatasync, fstat, mkdir, open, write } from '../files/disk.ts';
import { describeError, type Log } from '../log/log.ts';
import { RangeSet } from './ranges.ts';
import { encodeRecord } from './record.ts';
import { type Segment, segmentName } from './segment.ts';

/** A report on its way to the disk. While the disk refuses, this is where it waits. */
export interface WaitingReport {
  readonly schema: SchemaFrame;
  readonly report: ReportFrame;
  acknowledged: boolean;
  readonly settle: (onDisk: boolean) => void;
}

export interface WriterOptions {
  readonly directory: string;
  readonly runId: Uint8Array;
  readonly bootId: string;
  readonly segmentBytes: number;
  /** Reports kept in memory at most while the disk refuses. */
  readonly maxWaiting: number;
  readonly nextNumber: number;
  /** A new file was begun. */
  readonly onBegin: (segment: Segment) => void;
  /** A file will not be written any more. */
  readonly onEnd: (segment: Segment) => void;
  /** A report was given up because too many wait in memory. */
  readonly onDropped: (sequence: number) => void;
  readonly log: Log;
}

/** Appends the reports of one run to spool files, one write at a time. Owns the descriptor of the file being written. */
export class SpoolWriter {
  readonly #options: WriterOptions;
  readonly #head: Buffer;
  readonly #waiting: WaitingReport[] = [];
  #nextNumber: number;
  #file: number | undefined;
  #segment: Segment | undefined;
  #reportsInSegment = 0;
  #schemaInSegment: SchemaFrame | undefined;
  #draining: Promise<void> | undefined;
  #isWanted = false;
  #refused = false;
  #unsynced = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    this.#nextNumber = options.nextNumber;
    this.#head = encodeRecord(encodeFrame({ type: 'run', run: 0, runId: options.runId, bootId: options.bootId }));
  }

  /** The file being written. */
  get active(): Segment | undefined {
    return this.#segment;
  }

  /** Reports that are in memory only, oldest first. */
  get waiting(): readonly WaitingReport[] {
    return this.#waiting;
  }

  /**
   * Resolves once the report survives the end of this process (true), or was given up before that (false). Never rejects:
   * while the disk refuses, reports wait in memory and each append tries again.
   */
  append(schema: SchemaFrame, report: ReportFrame): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ schema, report, acknowledged: false, settle: resolve });
    while (this.#waiting.length > this.#options.maxWaiting) {
      const dropped = this.#waiting.shift();
      if (dropped === undefined) break;
      dropped.settle(false);
      if (!dropped.acknowledged) this.#options.onDropped(dropped.report.sequence);
    }
    void this.drain();
    return promise;
  }

  /** Marks waiting reports in from..to as delivered. */
  acknowledge(from: number, to: number): void {
    for (const entry of this.#waiting) {
      if (from <= entry.report.sequence && entry.report.sequence <= to) entry.acknowledged = true;
    }
  }

  /** Writes what waits. Resolves when nothing waits or the disk refused. */
  drain(): Promise<void> {
    if (this.#draining !== undefined) {
      // What came meanwhile may have come too late for this attempt.
      this.#isWanted = true;
      return this.#draining;
    }
    this.#isWanted = false;
    this.#draining = this.#drain().finally(() => {
      this.#draining = undefined;
      if (this.#isWanted) void this.drain();
    });
    return this.#draining;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) await this.#writeSome();
      if (this.#refused) this.#options.log.info('the spool can be written again');
      this.#refused = false;
    } catch (error) {
      if (!this.#refused) {
        this.#options.log.warn('the spool cannot be written; reports wait in memory', describeError(error));
      }
      this.#refused = true;
      // On a full disk the next attempt writes over its own torn end; any other fault may lie with this file.
      if (!isFull(error)) await this.#leaveSegment();
    }
  }

  async #writeSome(): Promise<void> {
    const { file, segment } = await this.#openSegment();
    const batch: WaitingReport[] = [];
    const records: Buffer[] = [];
    let sizeBytes = 0;
    let schema = this.#schemaInSegment;
    for (const entry of this.#waiting) {
      if (segment.sizeBytes + sizeBytes >= this.#options.segmentBytes) break;
      const added = this.#recordsOf(entry, this.#reportsInSegment + batch.length + 1, schema);
      batch.push(entry);
      records.push(...added);
      sizeBytes += added.reduce((sum, record) => sum + record.length, 0);
      schema = entry.schema;
    }
    await writeWhole(file, Buffer.concat(records), segment.sizeBytes);
    this.#unsynced = true;
    segment.sizeBytes += sizeBytes;
    this.#reportsInSegment += batch.length;
    this.#schemaInSegment = schema;
    const written = new Set(batch);
    const left = this.#waiting.filter((entry) => !written.has(entry));
    this.#waiting.splice(0, this.#waiting.length, ...left);
    for (const entry of batch) {
      segment.present?.add(entry.report.sequence);
      if (entry.acknowledged) segment.acknowledged.add(entry.report.sequence);
      entry.settle(true);
    }
    if (segment.sizeBytes >= this.#options.segmentBytes) await this.#leaveSegment();
  }

  /** The report's record, after those that name its run and schema where they are due. */
  #recordsOf({ schema, report }: WaitingReport, place: number, schemaBefore: SchemaFrame | undefined): Buffer[] {
    const own = encodeRecord(encodeFrame({ ...report, run: 0, backfill: true }));
    const schemaRecord = () => encodeRecord(encodeFrame({ ...schema, run: 0 }));
    const headIsDue = place % 64 === 0 || Number.isInteger(Math.log2(place));
    if (headIsDue) return [this.#head, schemaRecord(), own];
    return schema.schema === schemaBefore?.schema ? [own] : [schemaRecord(), own];
  }

  async #openSegment(): Promise<{ file: number; segment: Segment }> {
    if (this.#file !== undefined && this.#segment !== undefined) {
      return { file: this.#file, segment: this.#segment };
    }
    const { directory, runId, onBegin } = this.#options;
    const segment: Segment = {
      number: this.#nextNumber,
      runId: Buffer.from(runId).toString('hex'),
      sizeBytes: 0,
      present: new RangeSet(),
      acknowledged: new RangeSet(),
      damaged: false,
    };
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await open(join(directory, segmentName(segment)), 'wx+', 0o600);
    this.#nextNumber += 1;
    this.#file = file;
    this.#segment = segment;
    this.#reportsInSegment = 0;
    this.#schemaInSegment = undefined;
    onBegin(segment);
    return { file, segment };
  }

  async #leaveSegment(): Promise<void> {
    const file = this.#file;
    const segment = this.#segment;
    this.#file = undefined;
    this.#segment = undefined;
    if (file !== undefined) {
      await close(file).catch((error: unknown) => {
        this.#options.log.warn('a spool file could not be closed', describeError(error));
      });
    }
    if (segment !== undefined) this.#options.onEnd(segment);
  }

  /**
   * Asks the disk to keep what was written even if the power fails; called now and then, not for each report. A file that
   * somebody deleted is left for a new one.
   */
  async sync(): Promise<void> {
    const file = this.#file;
    if (file === undefined || !this.#unsynced) return;
    try {
      this.#unsynced = false;
      await fdatasync(file);
      const { nlink } = await fstat(file);
      if (nlink > 0 || this.#file !== file) return;
      this.#options.log.warn('the spool file was deleted while in use; beginning a new one');
    } catch (error) {
      this.#options.log.warn('the spool could not be synchronised to disk', describeError(error));
    }
    if (this.#file === file) await this.#leaveSegment();
  }

  /** Begins a new file, if it is this one that is being written. */
  async leave(segment: Segment): Promise<void> {
    await this.#draining;
    if (this.#segment === segment) await this.#leaveSegment();
  }

  /** Writes what waits, synchronises and closes. */
  async close(): Promise<void> {
    if (this.#waiting.length > 0) await this.drain();
    await this.sync();
    await this.#leaveSegment();
  }
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '');
}

async function writeWhole(file: number, bytes: Buffer, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await write(file, bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}
