import { join } from 'node:path';
import { rm } from '../files/disk.ts';
import { describeError, type Log } from '../log/log.ts';
import type { SpoolGap } from './cursor.ts';
import { setAsideFile } from './folder.ts';
import { RangeSet } from './ranges.ts';
import { SegmentReader } from './reader.ts';
import { pendingOf, type Segment, type SegmentContent, segmentName } from './segment.ts';
import type { SpoolWriter } from './writer.ts';

export interface SegmentFilesOptions {
  readonly directory: string;
  readonly log: Log;
  readonly maxBytes: number;
  readonly segmentBytes: number;
  /** The boot of a run that this process knows of without reading. */
  readonly bootIdOf: (runId: string) => string | undefined;
  /** Asked late: it begins the files that are kept here. */
  readonly writer: () => Pick<SpoolWriter, 'active' | 'leave'>;
  /** Called for reports that were given up. */
  readonly onGap: (gap: SpoolGap) => void;
  /** Called when a file left the list. */
  readonly onForgotten: () => void;
}

const MAX_SEGMENTS = 1_024;

/** The spool's files on disk: what can be read of them, which are done with, and that all stay within the bound. */
export class SegmentFiles {
  readonly #options: SegmentFilesOptions;
  readonly #reader: SegmentReader;
  /** Oldest first. */
  #segments: Segment[];
  /** Follow-ups of writing (deleting, making room), one after the other. */
  #chores: Promise<void> = Promise.resolve();

  constructor(options: SegmentFilesOptions, found: Segment[]) {
    this.#options = options;
    this.#segments = found;
    this.#reader = new SegmentReader(options.directory, options.segmentBytes, options.log);
  }

  /** Oldest first. */
  get list(): readonly Segment[] {
    return this.#segments;
  }

  get sizeBytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.sizeBytes, 0);
  }

  /** Whether there are files that the system refused to show, and that may be readable by now. */
  get wasRefused(): boolean {
    return this.#reader.wasRefused;
  }

  /** A file that the writer has begun. */
  begin(segment: Segment): void {
    this.#segments.push(segment);
    this.makeRoomLater();
  }

  /** Files of an earlier process that could not be seen at the start. */
  addEarlier(found: readonly Segment[]): void {
    this.#segments = [...found, ...this.#segments].sort((a, b) => a.number - b.number);
  }

  /** Deletes a file once nothing in it waits any more. */
  discardLater(segment: Segment): void {
    this.#chore(() => this.#discardIfDone(segment));
  }

  makeRoomLater(): void {
    this.#chore(() => this.makeRoom());
  }

  /** Resolves once all that was asked for so far is done. Never rejects. */
  settled(): Promise<void> {
    return this.#chores;
  }

  /** Lets go of the file in memory. */
  release(): void {
    this.#reader.forget();
  }

  #chore(work: () => Promise<void>): void {
    this.#chores = this.#chores.then(work).catch((error: unknown) => {
      this.#options.log.warn('housekeeping of the spool failed', describeError(error));
    });
  }

  /** The readable content of a file, or undefined if there is none; then the file is no longer in the list. */
  async load(segment: Segment): Promise<SegmentContent | 'refused' | undefined> {
    const read = await this.#reader.read(segment);
    if (read.kind !== 'content') {
      const wasDiscardedMeanwhile = !this.#segments.includes(segment);
      if (wasDiscardedMeanwhile) return undefined;
      if (read.kind === 'refused') return 'refused';
      this.#options.log.warn('a spool file cannot be read', {
        file: segmentName(segment),
        ...describeError(read.error),
      });
      await this.#giveUp(segment, this.#options.bootIdOf(segment.runId) ?? read.bootId);
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
    await this.#options.writer().leave(segment);
    for (const [from, to] of pendingOf(segment) ?? []) {
      this.#options.onGap({ runId: segment.runId, bootId, from, to, cause: 'spool_damaged' });
    }
    await this.#setAside(segment);
  }

  #learn(segment: Segment, content: SegmentContent): void {
    segment.present = content.present;
    segment.damaged = content.damaged;
    if (!content.damaged) return;
    this.#options.log.warn('a spool file is damaged; the rest of it will be delivered', { file: segmentName(segment) });
    const lost = new RangeSet(content.present.holes()).minus(segment.acknowledged);
    for (const [from, to] of lost) {
      this.#options.onGap({ runId: segment.runId, bootId: content.bootId, from, to, cause: 'spool_damaged' });
      segment.acknowledged.add(from, to);
    }
  }

  async #discardIfDone(segment: Segment): Promise<void> {
    const isListed = this.#segments.includes(segment);
    if (!isListed || segment === this.#options.writer().active || pendingOf(segment)?.length !== 0) return;
    if (segment.damaged) return this.#setAside(segment);
    this.#forget(segment);
    await rm(this.#pathOf(segment), { force: true });
  }

  async #setAside(segment: Segment): Promise<void> {
    this.#forget(segment);
    try {
      await setAsideFile(this.#options.directory, segmentName(segment));
    } catch (error) {
      this.#options.log.warn('a spool file could not be set aside', {
        file: segmentName(segment),
        ...describeError(error),
      });
    }
  }

  /** Gives up the oldest files until the rest is within the bound. One that cannot be read now, and so not be told, is not among them. */
  async makeRoom(): Promise<void> {
    const refused = new Set<Segment>();
    while (this.sizeBytes > this.#options.maxBytes || this.#segments.length > MAX_SEGMENTS) {
      const oldest = this.#segments.find(
        (segment) => segment !== this.#options.writer().active && !refused.has(segment),
      );
      if (oldest === undefined) return;
      const content = await this.load(oldest);
      if (content === 'refused') refused.add(oldest);
      if (content === 'refused' || content === undefined || !this.#segments.includes(oldest)) continue;
      for (const [from, to] of pendingOf(oldest) ?? []) {
        this.#options.onGap({ runId: oldest.runId, bootId: content.bootId, from, to, cause: 'spool_full' });
      }
      this.#options.log.warn('the spool is full; its oldest reports were given up', { file: segmentName(oldest) });
      this.#forget(oldest);
      await rm(this.#pathOf(oldest), { force: true });
    }
  }

  #forget(segment: Segment): void {
    this.#segments = this.#segments.filter((one) => one !== segment);
    this.#reader.forget(segment);
    this.#options.onForgotten();
  }

  #pathOf(segment: Segment): string {
    return join(this.#options.directory, segmentName(segment));
  }
}
