import { join } from 'node:path';
import { close, mkdir, open, read, readdir, rename, stat } from '../files/disk.ts';
import { RangeSet } from './ranges.ts';
import { parseSegmentName, type Segment } from './segment.ts';

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
    const { size } = await stat(join(directory, name));
    segments.push({ ...parsed, sizeBytes: size, present: undefined, acknowledged: new RangeSet(), damaged: false });
  }
  return segments.sort((a, b) => a.number - b.number);
}
