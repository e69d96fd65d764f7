import { closeSync, openSync, readdirSync, readSync } from 'node:fs';

const INITIAL_BYTES = 16 * 1024;
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Reads the small files of /proc and /sys into one buffer that is used again and again. They come from memory, so reading
 * them in place costs less than handing them to the thread pool.
 */
export class FileReader {
  #buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);

  /**
   * The file as text, one character a byte (see {@link utf8}), or undefined if it cannot be read: what is missing on this
   * kernel, hidden from this user or gone with its process is reported as null, not as a fault. At most 4 MiB.
   */
  text(path: string): string | undefined {
    const length = this.#read(path);
    return length < 0 ? undefined : this.#buffer.toString('latin1', 0, length);
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
      let length = 0;
      // The kernel hands out such a file in pieces; only an empty one is the end.
      for (;;) {
        const read = readSync(descriptor, this.#buffer, length, this.#buffer.length - length, null);
        length += read;
        if (read === 0 || length >= MAX_BYTES) return length;
        if (length === this.#buffer.length) this.#grow();
      }
    } catch {
      return -1;
    } finally {
      closeSync(descriptor);
    }
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
