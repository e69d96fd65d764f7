import { join } from 'node:path';
import { describeError, type Log } from '../log/log.ts';
import { isRefusal, readPart } from './folder.ts';
import { type Segment, SegmentContent, segmentName } from './segment.ts';

/** The files are ours and bounded; a larger one is junk and is not read into memory. */
const MAX_READ_FACTOR = 4;

/** What is readable of a file; that the system refuses to read it, which may pass; or that it is of no use, and why. */
export type Read =
  | { readonly kind: 'content'; readonly content: SegmentContent }
  | { readonly kind: 'refused' }
  | { readonly kind: 'useless'; readonly bootId: string; readonly error: unknown };

/** Reads spool files. Holds one of them in memory at most. */
export class SegmentReader {
  readonly #directory: string;
  readonly #maxReadBytes: number;
  readonly #log: Log;
  /** The file in memory, read up to `sizeBytes`. */
  #loaded: { readonly segment: Segment; readonly content: SegmentContent; sizeBytes: number } | undefined;
  readonly #refused = new Set<Segment>();

  constructor(directory: string, segmentBytes: number, log: Log) {
    this.#directory = directory;
    this.#maxReadBytes = segmentBytes * MAX_READ_FACTOR + 2 ** 20;
    this.#log = log;
  }

  /** Whether there are files that it was refused to read, and that may be readable by now. */
  get wasRefused(): boolean {
    return this.#refused.size > 0;
  }

  /** The file as far as it is written. Never rejects. */
  async read(segment: Segment): Promise<Read> {
    const { sizeBytes } = segment;
    const loaded =
      this.#loaded?.segment === segment ? this.#loaded : { segment, content: new SegmentContent(), sizeBytes: 0 };
    const { content, sizeBytes: from } = loaded;
    if (this.#loaded === loaded && from === sizeBytes) return { kind: 'content', content };
    try {
      if (sizeBytes > this.#maxReadBytes) throw new Error('too large to be a spool file');
      // Of the file that is being written, only what is new.
      const part = await readPart(join(this.#directory, segmentName(segment)), from, sizeBytes);
      // Whoever else asked for it may have been quicker.
      if (loaded.sizeBytes === from) content.add(part);
      loaded.sizeBytes = Math.max(loaded.sizeBytes, sizeBytes);
    } catch (error) {
      if (!isRefusal(error)) return { kind: 'useless', bootId: content.bootId, error };
      this.#noteRefusal(segment, error);
      return { kind: 'refused' };
    }
    this.#loaded = loaded;
    if (this.#refused.delete(segment) && !this.wasRefused) this.#log.info('all spool files can be read again');
    return { kind: 'content', content };
  }

  #noteRefusal(segment: Segment, error: unknown): void {
    // What refuses one refuses others: one line says so.
    const isFirst = !this.wasRefused;
    this.#refused.add(segment);
    if (!isFirst) return;
    const file = segmentName(segment);
    this.#log.warn('spool files cannot be read for now; they wait', { file, ...describeError(error) });
  }

  /** Lets go of what is in memory, or of all that is known of one file. */
  forget(segment?: Segment): void {
    if (segment === undefined || this.#loaded?.segment === segment) this.#loaded = undefined;
    if (segment !== undefined) this.#refused.delete(segment);
  }
}
