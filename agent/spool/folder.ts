import { join } from 'node:path';
import { close, mkdir, open, read, readdir, rename, rm, stat } from '../files/disk.ts';
import { RangeSet } from './ranges.ts';
import { parseSegmentName, type Segment } from './segment.ts';

/** Something else stands there than what was written, or nothing. */
const REPLACED = new Set(['ENOENT', 'EISDIR', 'ENOTDIR', 'ELOOP', 'ENXIO']);

/**
 * Whether it is the system that refuses, for want of descriptors, memory or rights or because the disk fails: what cannot be read
 * now may be read later, and is neither damaged nor gone.
 */
export function isRefusal(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code !== undefined && /^E[A-Z0-9]+$/.test(code) && !REPLACED.has(code);
}

/** The bytes of a file from `from` on and before `to`, or as many of them as there are. */
export async function readPart(path: string, from: number, to: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.allocUnsafe(to - from);
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await read(file, bytes, done, bytes.length - done, from + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return bytes.subarray(0, done);
  } finally {
    await close(file);
  }
}

/** Makes the folder; what stands in its place and is none is moved aside. */
export async function makeDirectory(directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) await rename(directory, `${directory}.bad`);
  await mkdir(directory, { recursive: true, mode: 0o700 });
}

/** The files of reports in the folder, oldest first, none of them read yet. */
export async function listSegments(directory: string): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (const name of await readdir(directory)) {
    const parsed = parseSegmentName(name);
    if (parsed === undefined) continue;
    const found = await stat(join(directory, name)).catch((error: unknown) => {
      if (isRefusal(error)) throw error;
      return undefined;
    });
    if (found === undefined) continue;
    const { size } = found;
    segments.push({ ...parsed, sizeBytes: size, present: undefined, acknowledged: new RangeSet(), damaged: false });
  }
  return segments.sort((a, b) => a.number - b.number);
}

const MAX_SET_ASIDE = 4;

/** Renames a file that cannot be used to `*.bad` and keeps the newest few of those. */
export async function setAsideFile(directory: string, name: string): Promise<void> {
  await rename(join(directory, name), join(directory, `${name}.bad`));
  const names = (await readdir(directory)).filter((one) => one.endsWith('.spool.bad')).sort();
  for (const old of names.slice(0, -MAX_SET_ASIDE)) {
    await rm(join(directory, old), { recursive: true, force: true });
  }
}
