import { join } from 'node:path';
import { crc32 } from '../../protocol/wire/crc32.ts';
import { readFile, rename, rm, writeFile } from '../files/disk.ts';
import { isRefusal } from './folder.ts';
import { type Range, RangeSet } from './ranges.ts';

/** Reports that the spool had to give up. Kept until a server knows. */
export interface SpoolGap {
  /** Hex. */
  readonly runId: string;
  readonly bootId: string;
  readonly from: number;
  readonly to: number;
  readonly cause: 'spool_full' | 'spool_damaged';
}

/** What is known beside the spool files themselves. Losing it costs nothing but sending reports again. */
export interface Cursor {
  /** Acknowledged sequences, by the number of the file. */
  readonly acknowledged: ReadonlyMap<number, readonly Range[]>;
  readonly gaps: readonly SpoolGap[];
}

const emptyCursor: Cursor = { acknowledged: new Map(), gaps: [] };
const FILE = 'cursor';

/** Replaces the cursor in one step: a crash leaves the old one or the new one. */
export async function saveCursor(directory: string, cursor: Cursor): Promise<void> {
  const body = JSON.stringify({ acknowledged: [...cursor.acknowledged], gaps: cursor.gaps });
  const path = join(directory, FILE);
  await writeFile(`${path}.tmp`, `${checksum(body)} ${body}\n`, { mode: 0o600 });
  await rename(`${path}.tmp`, path);
}

/**
 * The saved cursor, or an empty one if there is none. Rejects where the system refuses to read it: it may be sound, so it is
 * neither moved nor to be replaced. A damaged one is moved to `cursor.bad` and counts as none: wrong
 * numbers in it could pass a waiting report off as delivered.
 */
export async function loadCursor(directory: string): Promise<{ cursor: Cursor; damaged: boolean }> {
  const path = join(directory, FILE);
  // On a disk that is read-only it stays; nobody reads it.
  await rm(`${path}.tmp`, { force: true }).catch(() => undefined);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isRefusal(error)) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    if (!missing) await setAside(path);
    return { cursor: emptyCursor, damaged: !missing };
  }
  const cursor = parseCursor(text);
  if (cursor === undefined) await setAside(path);
  return { cursor: cursor ?? emptyCursor, damaged: cursor === undefined };
}

async function setAside(path: string): Promise<void> {
  await rm(`${path}.bad`, { recursive: true, force: true });
  await rename(path, `${path}.bad`);
}

function checksum(body: string): string {
  return (crc32(Buffer.from(body)) >>> 0).toString(16).padStart(8, '0');
}

function parseCursor(text: string): Cursor | undefined {
  const body = text.slice(9, -1);
  if (text.slice(0, 9) !== `${checksum(body)} `) return undefined;
  // The checksum proves that we wrote it; no version before this one did.
  const { acknowledged, gaps } = JSON.parse(body) as { acknowledged: [number, Range[]][]; gaps: SpoolGap[] };
  return { acknowledged: new Map(acknowledged.map(([number, ranges]) => [number, new RangeSet(ranges).ranges])), gaps };
}
