import type { TaskFileFrame, TaskResultFrame } from '../../../protocol/wire/task.ts';

/** Of all results whose files are on their way. */
const MAX_BYTES = 32 * 2 ** 20;
/** One whose parts do not come gives its room up; its agent begins again. */
const STALLED_MS = 20_000;

/** The file of a result, as far as it has come. */
export interface IncomingFile {
  readonly result: TaskResultFrame;
  readonly bytes: Uint8Array;
  at: number;
  movedAtMs: number;
}

/** Files on their way, within a bound for all of them together. */
export class IncomingFiles {
  readonly #files = new Set<IncomingFile>();
  #bytes = 0;

  /** Makes room; null if there is none now, so that the agent has to send it again later. @param nowMs monotonic */
  begin(result: TaskResultFrame, nowMs: number): IncomingFile | null {
    for (const file of this.#files) if (nowMs - file.movedAtMs > STALLED_MS) this.end(file);
    if (this.#bytes + result.fileBytes > MAX_BYTES) return null;
    const file = { result, bytes: new Uint8Array(result.fileBytes), at: 0, movedAtMs: nowMs };
    this.#files.add(file);
    this.#bytes += result.fileBytes;
    return file;
  }

  /** Takes the next part. @returns whether that was the last; null if it is not the next one */
  take(file: IncomingFile, { offset, bytes }: TaskFileFrame, nowMs: number): boolean | null {
    if (!this.#files.has(file) || offset !== file.at || offset + bytes.length > file.bytes.length) return null;
    file.bytes.set(bytes, offset);
    file.at += bytes.length;
    file.movedAtMs = nowMs;
    return file.at === file.bytes.length;
  }

  /** It is complete, or not wanted any more. */
  end(file: IncomingFile): void {
    if (this.#files.delete(file)) this.#bytes -= file.bytes.length;
  }
}
