import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { VigiaError } from '../../../protocol/error.ts';
import type { Said } from '../../../protocol/said/said.ts';
import { ensurePrivateFile } from './private-file.ts';
import { keepPrivate } from './private-folder.ts';
import { isReadOnly } from './readable-database.ts';

/** The data folder, held by this process alone until `release`. */
export interface DataDir {
  /** Absolute. */
  readonly path: string;
  /** An address for a Unix socket inside the folder, short enough to listen on. */
  readonly socketPath: string;
  /** A sentence for people if other users of the machine can read what is in it, or null. */
  readonly exposure: Said | null;
  /** It lies on a file system that is read-only, or this user may not write there: a server that was there before comes up to be read, and to say so. */
  readonly isReadOnly: boolean;
  release(): void;
}

/** Shortest limit of `sun_path` among the systems, without its closing zero. */
const MAX_SOCKET_PATH_BYTES = 103;

/** Long enough to see a lock that is being let go, short enough for a person. */
const LOCK_WAIT_MS = 250;
const SQLITE_BUSY = 5;

/** The locks of this process. Here because a database that nothing refers to is collected, and its lock with it. */
const held = new Set<DatabaseSync>();

const reasons = new Map<string, string>([
  ['EACCES', 'this user may not write there'],
  ['EPERM', 'this user may not write there'],
  ['EROFS', 'the file system is read-only'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', "the user's quota is used up"],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EEXIST', 'it is a file'],
  ['ENOENT', 'a part of the path does not exist and cannot be made'],
  ['ENAMETOOLONG', 'the path is too long'],
]);

/**
 * Makes the folder if there is none, locks it, and keeps it and what is in it for its owner alone, whatever it was before. The
 * lock dies with the process, also by kill -9.
 * @throws VigiaError data_dir_unwritable, data_dir_in_use
 */
export function openDataDir(path: string): DataDir {
  const folder = resolve(path);
  const isReadOnlyDisk = isReadOnly(folder) && existsSync(join(folder, 'state.db'));
  if (!isReadOnlyDisk) makeWritable(folder);
  const pidPath = join(folder, 'server.pid');
  const lock = acquireLock(folder, pidPath);
  const exposure = keepPrivate(folder);
  const socket = socketAddress(folder);
  // Only for the sentence that the next one gets: the lock is what counts.
  try {
    writeFileSync(pidPath, `${process.pid}\n`, { mode: 0o600 });
  } catch (error) {
    if (!isFull(error) && !isReadOnlyDisk) throw error;
  }
  return {
    path: folder,
    socketPath: socket.path,
    exposure,
    isReadOnly: isReadOnlyDisk,
    release() {
      if (!isReadOnlyDisk) rmSync(pidPath, { force: true });
      socket.close();
      lock.close();
      held.delete(lock);
    },
  };
}

function makeWritable(folder: string): void {
  const probe = join(folder, `.probe-${randomBytes(6).toString('hex')}`);
  try {
    makeFolder(folder);
    writeFileSync(probe, 'x', { flag: 'wx', mode: 0o600 });
    rmSync(probe);
  } catch (error) {
    if (!isFull(error)) throw unwritable(folder, error);
    // A server that was there before must come up: to be read, and to say what is wrong.
    rmSync(probe, { force: true });
  }
}

function isFull(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** Not mkdir's own `recursive`: on a file system that refuses new folders with ENOENT, such as /proc, that never returns. */
function makeFolder(folder: string): void {
  const parent = dirname(folder);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && statSync(folder).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(parent)) throw error;
    makeFolder(parent);
    mkdirSync(folder, { mode: 0o700 });
  }
}

/**
 * SQLite's exclusive lock on `lock.db` is a lock of the kernel on every file system that SQLite itself can live on, so it
 * holds for exactly as long as the process does.
 */
function acquireLock(folder: string, pidPath: string): DatabaseSync {
  const path = join(folder, 'lock.db');
  let lock: DatabaseSync | undefined;
  try {
    ensurePrivateFile(path);
    lock = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
    // Where nothing can be written there is no exclusive lock; the shared one keeps away whoever can write by another way.
    if (isReadOnly(folder)) lock.exec('BEGIN; SELECT count(*) FROM sqlite_schema');
    else lock.exec('BEGIN EXCLUSIVE');
    held.add(lock);
    return lock;
  } catch (error) {
    if (lock?.isOpen) lock.close();
    if ((((error as { errcode?: number }).errcode ?? 0) & 0xff) === SQLITE_BUSY) throw inUse(folder, pidPath);
    throw unwritable(folder, error);
  }
}

function inUse(folder: string, pidPath: string): VigiaError {
  const pid = readPid(pidPath);
  return new VigiaError(
    'data_dir_in_use',
    `Another Vigia server${pid === null ? '' : ` (process ${pid})`} uses the data folder ${folder}. ` +
      'Stop it first, or give this one another folder with VIGIA_DATA_DIR.',
    { path: folder, pid },
  );
}

function readPid(pidPath: string): number | null {
  try {
    const pid = Number(readFileSync(pidPath, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null;
  } catch {
    // The other one holds the lock and has not written it yet: the sentence does without.
    return null;
  }
}

/**
 * Where the server of this folder listens for the command line; `close` when it is no longer needed. The kernel takes about
 * a hundred bytes; on Linux a longer path is reached through an open handle of the folder.
 */
export function socketAddress(folder: string): { readonly path: string; readonly close: () => void } {
  const path = join(folder, 'server.sock');
  if (Buffer.byteLength(path) <= MAX_SOCKET_PATH_BYTES) return { path, close: () => {} };
  if (process.platform !== 'linux') {
    throw new VigiaError(
      'data_dir_unwritable',
      `The path of the data folder ${folder} is too long for a socket in it. Choose one of fewer than ` +
        `${MAX_SOCKET_PATH_BYTES - 'server.sock'.length} bytes.`,
      { path: folder },
    );
  }
  const handle = openSync(folder, 'r');
  return { path: `/proc/self/fd/${handle}/server.sock`, close: () => closeSync(handle) };
}

function unwritable(folder: string, error: unknown): VigiaError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return new VigiaError(
    'data_dir_unwritable',
    `The data folder ${folder} cannot be used: ${reasons.get(code) ?? message}. Mend that, or choose another with VIGIA_DATA_DIR.`,
    { path: folder, reason: code },
  );
}
