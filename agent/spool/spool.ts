import { decodeFrame } from '../../protocol/wire/codec.ts';
import type { ReportFrame, SchemaFrame } from '../../protocol/wire/frame.ts';
import { describeError, type Log } from '../log/log.ts';
import { loadCursor, type SpoolGap, saveCursor } from './cursor.ts';
import { listSegments, makeDirectory } from './folder.ts';
import { Gaps } from './gaps.ts';
import type { Range } from './ranges.ts';
import { pendingOf, type Segment, segmentName } from './segment.ts';
import { SegmentFiles } from './segment-files.ts';
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

/** A number that no file has which could not be seen: files are counted, and no count comes near the seconds since 1970. */
const unseenNumber = (): number => Math.floor(Date.now() / 1_000);

/**
 * Reports that no server has acknowledged yet, on disk within a bound. Survives kill -9: what {@link append} resolved with
 * true is found again. Damage costs what is damaged; the file is then kept as `*.bad` for whoever wants to look.
 */
export class Spool {
  readonly #directory: string;
  readonly #log: Log;
  readonly #ownRun: string;
  readonly #bootId: string;
  readonly #writer: SpoolWriter;
  readonly #files: SegmentFiles;
  readonly #gaps = new Gaps();
  #cursorIsStale = false;
  /** What an earlier process left was seen: its files, and what it knew of them. */
  #isListed = true;
  #hasCursor = false;

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
      if (cursor !== undefined) spool.#applyCursor(cursor);
      await spool.#files.makeRoom();
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
    this.#ownRun = Buffer.from(runId).toString('hex');
    this.#bootId = bootId;
    this.#files = new SegmentFiles(
      {
        directory,
        log,
        maxBytes,
        segmentBytes,
        bootIdOf: (run) => (run === this.#ownRun ? bootId : undefined),
        writer: () => this.#writer,
        onGap: (gap) => this.#addGap(gap),
        onForgotten: () => {
          this.#cursorIsStale = true;
        },
      },
      segments,
    );
    this.#writer = new SpoolWriter({
      directory,
      runId,
      bootId,
      segmentBytes,
      maxWaiting,
      nextNumber,
      log,
      onBegin: (segment) => this.#files.begin(segment),
      onEnd: (segment) => this.#files.discardLater(segment),
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
    const segments = this.#files.list.filter((segment) => segment.runId === runId);
    for (const [from, to] of ranges) {
      if (runId === this.#ownRun) this.#writer.acknowledge(from, to);
      // Of a file that was not read yet, nothing was sent.
      for (const { present, acknowledged } of segments) if (present) acknowledged.addWithin(present, from, to);
    }
    this.#cursorIsStale = true;
    for (const segment of segments) this.#files.discardLater(segment);
  }

  /**
   * The first unacknowledged report behind `after`, oldest first, and its place; undefined at the end. Holds one file in
   * memory at most.
   */
  async next(after: SpoolPosition): Promise<(SpooledReport & { readonly position: SpoolPosition }) | undefined> {
    for (const segment of [...this.#files.list]) {
      if (segment.number < after.segment || pendingOf(segment)?.length === 0) continue;
      const content = await this.#files.load(segment);
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
    this.#files.release();
    return this.#nextInMemory(after);
  }

  /** Whether {@link next} has passed over what the system refused to show, and that may be readable by now. */
  get hasPassedOver(): boolean {
    return this.#files.wasRefused || !this.#isListed;
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
    const { list, sizeBytes } = this.#files;
    return { files: list.length, sizeBytes, waitingInMemory: this.#writer.waiting.length };
  }

  /** Makes what was written and acknowledged safe against a power cut. For a slow cadence, such as each minute. */
  async sync(): Promise<void> {
    await this.#files.settled();
    await this.#writer.sync();
    await this.#lookAgain();
    // What could not be read is not to be replaced.
    if (!this.#cursorIsStale || !this.#hasCursor) return;
    try {
      this.#cursorIsStale = false;
      const acknowledged = new Map(this.#files.list.map(({ number, acknowledged: { ranges } }) => [number, ranges]));
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

  /** Takes in what an earlier process left, if the system refused to tell at the start. */
  async #lookAgain(): Promise<void> {
    if (this.#isListed && this.#hasCursor) return;
    try {
      const listed = this.#isListed ? [] : await listSegments(this.#directory);
      const known = new Set(this.#files.list.map(segmentName));
      const found = listed.filter((segment) => !known.has(segmentName(segment)));
      this.#files.addEarlier(found);
      this.#isListed = true;
      const cursor = await loadCursor(this.#directory);
      // Somebody else may have asked as well.
      if (!this.#hasCursor) this.#applyCursor(cursor);
    } catch (error) {
      this.#log.debug('what an earlier run left in the spool cannot be read yet', describeError(error));
    }
    this.#files.makeRoomLater();
  }

  #applyCursor({ cursor, damaged }: Awaited<ReturnType<typeof loadCursor>>): void {
    if (damaged) this.#log.warn('the cursor of the spool is damaged and was set aside; reports may be sent twice');
    // It knows nothing of what this process began.
    for (const segment of this.#files.list.filter(({ runId }) => runId !== this.#ownRun)) {
      for (const range of cursor.acknowledged.get(segment.number) ?? []) segment.acknowledged.add(...range);
      this.#files.discardLater(segment);
    }
    this.#gaps.addEarlier(cursor.gaps);
    this.#hasCursor = true;
  }

  #addGap(gap: SpoolGap): void {
    this.#gaps.add(gap);
    this.#cursorIsStale = true;
  }
}
