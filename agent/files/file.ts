import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { VigiaError } from '../../protocol/error.ts';

/**
 * Replaces a small file in one step, readable by its owner only: a crash or a power cut leaves the old content or the new.
 */
export function replaceFile(path: string, content: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** The text of a file, or undefined if there is none. */
export function readFileIfAny(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Faults of a disk, not of whoever set the folder up: an agent goes on without it. */
const diskFaults = ['EROFS', 'ENOSPC', 'EDQUOT', 'EIO'];

/**
 * As {@link prepareDataDir} for an agent that has to run whatever its disk does.
 * @returns the code of the fault if the disk is read-only, full or broken
 * @throws VigiaError `data_dir_unwritable` for any other reason
 */
export function tryDataDir(path: string): string | undefined {
  try {
    prepareDataDir(path);
    return undefined;
  } catch (error) {
    const code = error instanceof VigiaError ? error.details?.errno : undefined;
    if (typeof code === 'string' && diskFaults.includes(code)) return code;
    throw error;
  }
}

/** Makes the data folder, for its owner only, and tries to write in it. @throws VigiaError `data_dir_unwritable` */
export function prepareDataDir(path: string): void {
  const probe = `${path}/.probe-${process.pid}`;
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    closeSync(openSync(probe, 'w', 0o600));
    rmSync(probe);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new VigiaError(
      'data_dir_unwritable',
      `The agent cannot write to its data folder ${path} (${code}). Run it as the folder's owner, or name another with --data-dir.`,
      { path, errno: code },
    );
  }
}
