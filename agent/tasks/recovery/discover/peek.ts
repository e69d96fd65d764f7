import { closeSync, constants, fstatSync, opendirSync, openSync, readSync } from 'node:fs';

const MAX_TEXT_BYTES = 64 * 1024;
const MAX_ENTRIES = 2_000;
const MAX_NAMES = 200;

/** The text of a file; null if it is none, or none that this user may read, or is large. Never waits for a device or a pipe. */
export function readTextOf(root: string, path: string): string | null {
  try {
    const file = openSync(root + path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = fstatSync(file);
      if (!found.isFile() || found.size > MAX_TEXT_BYTES) return null;
      const bytes = Buffer.alloc(MAX_TEXT_BYTES);
      const length = readSync(file, bytes, 0, MAX_TEXT_BYTES, 0);
      return bytes.subarray(0, length).includes(0) ? null : bytes.toString('utf8', 0, length);
    } finally {
      closeSync(file);
    }
  } catch {
    // It is not there, or not for this user: then it says nothing.
    return null;
  }
}

/** Names in a folder, sorted; empty if it cannot be read. Of a folder with more than 2,000 entries only those that come first are seen. */
export function readdirOf(root: string, path: string, names: RegExp = /./): readonly string[] {
  const found: string[] = [];
  try {
    const folder = opendirSync(root + path);
    try {
      for (let count = 0; count < MAX_ENTRIES && found.length < MAX_NAMES; count += 1) {
        const entry = folder.readSync();
        if (entry === null) break;
        if (names.test(entry.name)) found.push(entry.name);
      }
    } finally {
      folder.closeSync();
    }
  } catch {
    // As above.
  }
  return found.sort();
}
