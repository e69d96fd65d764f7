import { join } from 'node:path';
import { decodeFrame } from '../../protocol/wire/codec.ts';
import type { ReportFrame, SchemaFrame } from '../../protocol/wire/frame.ts';
import { rm } from '../files/disk.ts';
import { describeError, type Log } from '../log/log.ts';
import { loadCursor, type SpoolGap, saveCursor } from './cursor.ts';
import { listSegments, makeDirectory, setAsideFile } from './folder.ts';
import { Gaps } from './gaps.ts';
import { type Range, RangeSet } from './ranges.ts';
import { SegmentReader } from './reader.ts';
import { pendingOf, type Segment, type SegmentContent, segmentName } from './segment.ts';
import { SpoolWriter } from './writer.ts';

export interface SpoolOptions {
  readonly directory: string;
  /** The run of the agent that appends. Earlier runs are delivered under their own ids. */
  readonly runId: Uint8Array;
  readonly bootId: string;
  readonly log: Log;
  /**
   * Bytes on disk at most; the oldest file goes first. Default 32 MiB: nine days of a server's reports. There is no bound
   * by age, because a wall clock that jumps must not throw reports away.
   */
  readonly maxBytes?: number;
  /** Default 256 KiB. Also what delivering holds in memory. */
  readonly segmentBytes?: number;
  /** Reports kept in memory while the disk refuses. Default 512. */
  readonly maxWaiting?: number;
}

/** A report as it must be delivered: under the run that made it. */
export interface SpooledReport {
  /** Hex. */
  readonly runId: string;
  readonly bootId: string;
  readonly schema: SchemaFrame;
  readonly report: ReportFrame;
}

/** A place in the spool; see {@link Spool.next}. */
export interface SpoolPosition {
  readonly segment: number;
  readonly index: number;
}

export const spoolStart: SpoolPosition = { segment: 0, index: -1 };

const MAX_SEGMENTS = 1_024;

/** A number that no file has which could not be seen: files are counted, and no count comes near the seconds since 1970. */
const unseenNumber = (): number => Math.floor(Date.now() / 1_000);

/**
 * Reports that no server has acknowledged yet, on disk within a bound. Survives kill -9: what {@link append} resolved with
 * true is found again. Damage costs what is damaged; the file is then kept as `*.bad` for whoever wants to look.
 */
export class Spool {
  readonly #directory: string;
  readonly #log: Log;
  readonly #maxBytes: number;
  readonly #ownRun: string;
  readonly #bootId: string;
  readonly #writer: SpoolWriter;
  readonly #reader: SegmentReader;
  /** Oldest first. */
  #segments: Segment[];
  readonly #gaps = new Gaps();
  #cursorIsStale = false;
  /** What an earlier process left was seen: its files, and what it knew of them. */
  #isListed = true;
  #hasCursor = false;
  /** Follow-ups of writing (deleting, making room), one after the other. */
  #chores: Promise<void> = Promise.resolve();

  /** Opens the folder, making it if need be. Never rejects for what is in it or for a disk that refuses. */
  static async open(options: SpoolOptions): Promise<Spool> {
    const { directory, log } = options;
    try {
      await makeDirectory(directory);
      const segments = await listSegments(directory);
      const cursor = await loadCursor(directory).catch((error: unknown) => {
        log.warn('the cursor of the spool cannot be read for now; reports may be sent twice', describeError(error));
      });
      const numbers = segments.map(({ number }) => number);
      const highest = Math.max(0, ...(cursor?.cursor.acknowledged.keys() ?? [unseenNumber()]), ...numbers);
      const spool = new Spool(options, segments, highest + 1);
      if (cursor !== undefined) spool.#takeCursor(cursor);
      await spool.#makeRoom();
      return spool;
    } catch (error) {
      log.warn('the spool cannot be read; reports wait in memory', describeError(error));
      const spool = new Spool(options, [], unseenNumber());
      spool.#isListed = false;
      return spool;
    }
  }

  private constructor(options: SpoolOptions, segments: Segment[], nextNumber: number) {
    const {
      directory,
      log,
      runId,
      bootId,
      maxBytes = 32 * 2 ** 20,
      segmentBytes = 2 ** 18,
      maxWaiting = 512,
    } = options;
    this.#directory = directory;
    this.#log = log;
    this.#maxBytes = maxBytes;
    this.#ownRun = Buffer.from(runId).toString('hex');
    this.#bootId = bootId;
    this.#segments = segments;
    this.#reader = new SegmentReader(directory, segmentBytes, log);
    this.#writer = new SpoolWriter({
      directory,
      runId,
      bootId,
      segmentBytes,
      maxWaiting,
      nextNumber,
      log,
      onBegin: (segment) => {
        this.#segments.push(segment);
        this.#chore(() => this.#makeRoom());
      },
      onEnd: (segment) => this.#chore(() => this.#discardIfDone(segment)),
      onDropped: (sequence) => {
        this.#addGap({ runId: this.#ownRun, bootId, from: sequence, to: sequence, cause: 'spool_full' });
      },
    });
  }

  /** Resolves with true once the report is on disk; with false if it was given up while the disk refused. Never rejects. */
  append(schema: SchemaFrame, report: ReportFrame): Promise<boolean> {
    return this.#writer.append(schema, report);
  }

  /** Marks reports of a run as delivered. Ranges of any size and of unknown reports are harmless. */
  acknowledge(runId: string, ranges: readonly Range[]): void {
    const segments = this.#segments.filter((segment) => segment.runId === runId);
    for (const [from, to] of ranges) {
      if (runId === this.#ownRun) this.#writer.acknowledge(from, to);
      // Of a file that was not read yet, nothing was sent.
      for (const { present, acknowledged } of segments) if (present) acknowledged.addWithin(present, from, to);
    }
    this.#cursorIsStale = true;
    for (const segment of segments) this.#chore(() => this.#discardIfDone(segment));
  }

  /**
   * The first unacknowledged report behind `after`, oldest first, and its place; undefined at the end. Holds one file in
   * memory at most.
   */
  async next(after: SpoolPosition): Promise<(SpooledReport & { readonly position: SpoolPosition }) | undefined> {
    for (const segment of [...this.#segments]) {
      if (segment.number < after.segment || pendingOf(segment)?.length === 0) continue;
      const content = await this.#load(segment);
      // What cannot be read now holds up nothing else.
      if (content === 'refused') continue;
      let index = segment.number === after.segment ? after.index + 1 : 0;
      for (; index < (content?.reports.length ?? 0); index += 1) {
        const stored = content?.reports[index];
        if (content === undefined || stored === undefined || segment.acknowledged.has(stored.sequence)) continue;
        const report = decodeFrame(stored.bytes);
        if (report.type !== 'report') continue;
        const { runId } = segment;
        const position = { segment: segment.number, index };
        return { runId, bootId: content.bootId, schema: stored.schema, report, position };
      }
    }
    this.#reader.forget();
    return this.#nextInMemory(after);
  }

  /** Whether {@link next} has passed over what the system refused to show, and that may be readable by now. */
  get hasPassedOver(): boolean {
    return this.#reader.wasRefused || !this.#isListed;
  }

  #nextInMemory(after: SpoolPosition): (SpooledReport & { readonly position: SpoolPosition }) | undefined {
    const afterSequence = after.segment === Number.POSITIVE_INFINITY ? after.index : -1;
    const entry = this.#writer.waiting.find((one) => !one.acknowledged && one.report.sequence > afterSequence);
    if (entry === undefined) return undefined;
    return {
      runId: this.#ownRun,
      bootId: this.#bootId,
      schema: entry.schema,
      report: { ...entry.report, backfill: true },
      position: { segment: Number.POSITIVE_INFINITY, index: entry.report.sequence },
    };
  }

  /** Reports that were given up and that no server knows of yet. */
  get gaps(): readonly SpoolGap[] {
    return this.#gaps.list;
  }

  /** Forgets gaps that a server has taken. */
  settleGaps(told: readonly SpoolGap[]): void {
    this.#gaps.settle(told);
    this.#cursorIsStale = true;
  }

  get stats(): { readonly files: number; readonly sizeBytes: number; readonly waitingInMemory: number } {
    const sizeBytes = this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
    return { files: this.#segments.length, sizeBytes, waitingInMemory: this.#writer.waiting.length };
  }

  /** Makes what was written and acknowledged safe against a power cut. For a slow cadence, such as each minute. */
  async sync(): Promise<void> {
    await this.#chores;
    await this.#writer.sync();
    await this.#lookAgain();
    // What could not be read is not to be replaced.
    if (!this.#cursorIsStale || !this.#hasCursor) return;
    try {
      this.#cursorIsStale = false;
      const acknowledged = new Map(this.#segments.map(({ number, acknowledged: { ranges } }) => [number, ranges]));
      await saveCursor(this.#directory, { acknowledged, gaps: this.#gaps.list });
    } catch (error) {
      this.#cursorIsStale = true;
      this.#log.debug('the cursor of the spool could not be saved', describeError(error));
    }
  }

  async close(): Promise<void> {
    await this.#writer.close();
    await this.sync();
  }

  #chore(work: () => Promise<void>): void {
    this.#chores = this.#chores.then(work).catch((error: unknown) => {
      this.#log.warn('housekeeping of the spool failed', describeError(error));
    });
  }

  /** Takes in what an earlier process left, if the system refused to tell at the start. */
  async #lookAgain(): Promise<void> {
    if (this.#isListed && this.#hasCursor) return;
    try {
      const listed = this.#isListed ? [] : await listSegments(this.#directory);
      const known = new Set(this.#segments.map(segmentName));
      const found = listed.filter((segment) => !known.has(segmentName(segment)));
      this.#segments = [...found, ...this.#segments].sort((a, b) => a.number - b.number);
      this.#isListed = true;
      const cursor = await loadCursor(this.#directory);
      // Somebody else may have asked as well.
      if (!this.#hasCursor) this.#takeCursor(cursor);
    } catch (error) {
      this.#log.debug('what an earlier run left in the spool cannot be read yet', describeError(error));
    }
    this.#chore(() => this.#makeRoom());
  }

  #takeCursor({ cursor, damaged }: Awaited<ReturnType<typeof loadCursor>>): void {
    if (damaged) this.#log.warn('the cursor of the spool is damaged and was set aside; reports may be sent twice');
    // It knows nothing of what this process began.
    for (const segment of this.#segments.filter(({ runId }) => runId !== this.#ownRun)) {
      for (const range of cursor.acknowledged.get(segment.number) ?? []) segment.acknowledged.add(...range);
      this.#chore(() => this.#discardIfDone(segment));
    }
    this.#gaps.addEarlier(cursor.gaps);
    this.#hasCursor = true;
  }

  /** The readable content of a file, or undefined if there is none; then the file is no longer in the list. */
  async #load(segment: Segment): Promise<SegmentContent | 'refused' | undefined> {
    const read = await this.#reader.read(segment);
    if (read.kind !== 'content') {
      const wasDiscardedMeanwhile = !this.#segments.includes(segment);
      if (wasDiscardedMeanwhile) return undefined;
      if (read.kind === 'refused') return 'refused';
      this.#log.warn('a spool file cannot be read', { file: segmentName(segment), ...describeError(read.error) });
      await this.#giveUp(segment, segment.runId === this.#ownRun ? this.#bootId : read.bootId);
      return undefined;
    }
    const { content } = read;
    if (segment.present === undefined) this.#learn(segment, content);
    await this.#discardIfDone(segment);
    return content;
  }

  /** Counts what is lost with a file that somebody deleted or that cannot be read, as far as this process knows what was in it. */
  async #giveUp(segment: Segment, bootId: string): Promise<void> {
    // What is written to it from now on would be lost as well.
    await this.#writer.leave(segment);
    for (const [from, to] of pendingOf(segment) ?? []) {
      this.#addGap({ runId: segment.runId, bootId, from, to, cause: 'spool_damaged' });
    }
    await this.#setAside(segment);
  }

  #learn(segment: Segment, content: SegmentContent): void {
    segment.present = content.present;
    segment.damaged = content.damaged;
    if (!content.damaged) return;
    this.#log.warn('a spool file is damaged; the rest of it will be delivered', { file: segmentName(segment) });
    const lost = new RangeSet(content.present.holes()).minus(segment.acknowledged);
    for (const [from, to] of lost) {
      this.#addGap({ runId: segment.runId, bootId: content.bootId, from, to, cause: 'spool_damaged' });
      segment.acknowledged.add(from, to);
    }
  }

  async #discardIfDone(segment: Segment): Promise<void> {
    const isListed = this.#segments.includes(segment);
    if (!isListed || segment === this.#writer.active || pendingOf(segment)?.length !== 0) return;
    if (segment.damaged) return this.#setAside(segment);
    this.#forget(segment);
    await rm(this.#pathOf(segment), { force: true });
  }

  async #setAside(segment: Segment): Promise<void> {
    this.#forget(segment);
    try {
      await setAsideFile(this.#directory, segmentName(segment));
    } catch (error) {
      this.#log.warn('a spool file could not be set aside', { file: segmentName(segment), ...describeError(error) });
    }
  }

  /** Gives up the oldest files until the rest is within the bound. One that cannot be read now, and so not be told, is not among them. */
  async #makeRoom(): Promise<void> {
    const refused = new Set<Segment>();
    while (this.stats.sizeBytes > this.#maxBytes || this.#segments.length > MAX_SEGMENTS) {
      const oldest = this.#segments.find((segment) => segment !== this.#writer.active && !refused.has(segment));
      if (oldest === undefined) return;
      const content = await this.#load(oldest);
      if (content === 'refused') refused.add(oldest);
      if (content === 'refused' || content === undefined || !this.#segments.includes(oldest)) continue;
      for (const [from, to] of pendingOf(oldest) ?? []) {
        this.#addGap({ runId: oldest.runId, bootId: content.bootId, from, to, cause: 'spool_full' });
      }
      this.#log.warn('the spool is full; its oldest reports were given up', { file: segmentName(oldest) });
      this.#forget(oldest);
      await rm(this.#pathOf(oldest), { force: true });
    }
  }

  #addGap(gap: SpoolGap): void {
    this.#gaps.add(gap);
    this.#cursorIsStale = true;
  }

  #forget(segment: Segment): void {
    this.#segments = this.#segments.filter((one) => one !== segment);
    this.#reader.forget(segment);
    this.#cursorIsStale = true;
  }

  #pathOf(segment: Segment): string {
    return join(this.#directory, segmentName(segment));
  }
}
