import { createReadStream, existsSync, rmSync } from 'node:fs';
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { unpackTar } from 'modern-tar/fs';
import { VigiaError } from '../../../protocol/error.ts';
import { refused, saidOf } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { describeFile, MANIFEST_FILE, type Manifest, notABackup, parseManifest, parts } from './manifest.ts';

export interface RestoreOptions {
  readonly file: string;
  /** Held by the caller: no server runs on it. */
  readonly dataDir: string;
  /** What is there is set aside instead of refusing. */
  readonly replace: boolean;
  readonly now: number;
}

export interface Restored {
  readonly createdAt: string;
  readonly version: string;
  /** The folder that holds what was there before, or null. */
  readonly setAside: string | null;
}

/** Lies in the data folder while files are being moved: with it, the folder is half old and half new. */
const MARKER = 'restore-unfinished';
const STAGING = 'restoring';

/** @throws VigiaError database_damaged if a restore was cut off in this folder: a server must not start from half of it */
export function refuseHalfRestored(dataDir: string): void {
  if (!existsSync(join(dataDir, MARKER))) return;
  throw new VigiaError(
    'database_damaged',
    `A restore into ${dataDir} was cut off. Run it again:  vigia restore FILE --replace`,
  );
}

/**
 * Puts a backup in the place of what the data folder holds. Everything is unpacked and checked first; only then are files moved, so a
 * file that is damaged changes nothing.
 * @throws VigiaError conflict if the folder holds a server, bad_request and database_damaged for a file that cannot be used
 */
export async function restoreBackup({ file, dataDir, replace, now }: RestoreOptions): Promise<Restored> {
  const isUnfinished = existsSync(join(dataDir, MARKER));
  const present = parts.filter((part) => existsSync(join(dataDir, part.file)));
  if (present.length > 0 && !replace && !isUnfinished) {
    throw refused('conflict', said('refused.backup.occupied', { folder: dataDir }));
  }
  const staging = join(dataDir, STAGING);
  rmSync(staging, { recursive: true, force: true });
  try {
    const manifest = await unpack(file, staging);
    await check(staging, manifest);
    const setAside = present.length > 0 ? `before-restore-${new Date(now).toISOString().replaceAll(':', '-')}` : null;
    await writeFile(join(dataDir, MARKER), `${manifest.createdAt}\n`, { mode: 0o600 });
    if (setAside !== null) await setAsideParts(dataDir, join(dataDir, setAside));
    for (const { file: name } of manifest.files) {
      await mkdir(dirname(join(dataDir, name)), { recursive: true, mode: 0o700 });
      await rename(join(staging, name), join(dataDir, name));
    }
    await rm(join(dataDir, MARKER));
    return { createdAt: manifest.createdAt, version: manifest.version, setAside };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function unpack(file: string, staging: string): Promise<Manifest> {
  await mkdir(staging, { recursive: true, mode: 0o700 });
  try {
    await pipeline(createReadStream(file), unpackTar(staging, { fmode: 0o600, dmode: 0o700 }));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw refused('not_found', said('refused.backup.no-file', { file }));
    throw refused('bad_request', said('refused.backup.unread', { why: saidOf(cause) }));
  }
  const text = await readFile(join(staging, MANIFEST_FILE), 'utf8').catch(() => {
    throw notABackup('no-contents');
  });
  return parseManifest(text);
}

async function check(staging: string, manifest: Manifest): Promise<void> {
  for (const expected of manifest.files) {
    const path = join(staging, expected.file);
    if (!existsSync(path)) throw notABackup('missing', expected.file);
    const { bytes, sha256 } = await describeFile(path, expected.file);
    if (bytes !== expected.bytes || sha256 !== expected.sha256) throw notABackup('damaged', expected.file);
    await chmod(path, 0o600);
    if (expected.file.endsWith('.db')) checkDatabase(path, expected.file);
  }
}

function checkDatabase(path: string, name: string): void {
  const database = new DatabaseSync(path);
  try {
    const [first] = database.prepare('PRAGMA quick_check(1)').all();
    if (first?.quick_check === 'ok') return;
    throw new Error(String(first?.quick_check));
  } catch {
    throw new VigiaError(
      'database_damaged',
      `${name} in the backup was damaged before it was backed up. Nothing was changed.`,
    );
  } finally {
    database.close();
  }
}

/** The files of SQLite's write-ahead log belong to the databases that they lie beside. */
async function setAsideParts(dataDir: string, folder: string): Promise<void> {
  for (const { file } of parts) {
    for (const name of file.endsWith('.db') ? [file, `${file}-wal`, `${file}-shm`] : [file]) {
      if (!existsSync(join(dataDir, name))) continue;
      await mkdir(dirname(join(folder, name)), { recursive: true, mode: 0o700 });
      await rename(join(dataDir, name), join(folder, name));
    }
  }
}
