import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

const INITIAL_BYTES = 16 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads the small files of /proc and /sys into one buffer that is used again and again. They come from memory, so reading
 * them in place costs less than handing them to the thread pool.
 */
export class FileReader {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  readonly #kept = new Map<string, number>();

  /**
   * The file as text, one character a byte (see {@link utf8}), or undefined if it cannot be read: what is missing on this
   * kernel, hidden from this user or gone with its process is reported as null, not as a fault. At most 4 MiB.
   */
  text(path: string): string | undefined {
    const length = this.#read(path);
    return length < 0 ? undefined : this.#buffer.toString('latin1', 0, length);
  }

  /**
   * As {@link text}, for the few files that are read in each round: they stay open, which is a third of the work. The kernel
   * makes up their content anew whenever they are read from their start.
   */
  textAgain(path: string): string | undefined {
    try {
      const descriptor = this.#kept.get(path) ?? openSync(path, 'r');
      this.#kept.set(path, descriptor);
      const length = this.#readAll(descriptor);
      return this.#buffer.toString('latin1', 0, length);
    } catch {
      this.#letGo(path);
      return undefined;
    }
  }

  /** Closes what {@link textAgain} left open. */
  close(): void {
    for (const path of this.#kept.keys()) this.#letGo(path);
  }

  /** A copy of the file's bytes, or undefined as for {@link text}. */
  bytes(path: string): Buffer | undefined {
    const length = this.#read(path);
    return length < 0 ? undefined : Buffer.from(this.#buffer.subarray(0, length));
  }

  #read(path: string): number {
    let descriptor: number;
    try {
      descriptor = openSync(path, 'r');
    } catch {
      return -1;
    }
    try {
      return this.#readAll(descriptor);
    } catch {
      return -1;
    } finally {
      closeSync(descriptor);
    }
  }

  /** @returns how much of the buffer it fills */
  #readAll(descriptor: number): number {
    let length = 0;
    // The kernel hands out such a file in pieces; only an empty one is the end.
    for (;;) {
      const read = readSync(descriptor, this.#buffer, length, this.#buffer.length - length, length);
      length += read;
      if (read === 0 || length >= MAX_BYTES) return length;
      if (length === this.#buffer.length) this.#grow();
    }
  }

  #letGo(path: string): void {
    const descriptor = this.#kept.get(path);
    this.#kept.delete(path);
    if (descriptor !== undefined) closeSync(descriptor);
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(this.#buffer.length * 2);
    this.#buffer.copy(larger);
    this.#buffer = larger;
  }
}

/** The names in a folder, sorted, or none if it cannot be read. */
export function listFolder(path: string): readonly string[] {
  try {
    return readdirSync(path).sort();
  } catch {
    return [];
  }
}

/** Turns text with one character a byte into proper text. */
export function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}

/** The words of a line, however many blanks stand between them. */
export function words(line: string): string[] {
  return line.split(' ').filter((word) => word !== '');
}
