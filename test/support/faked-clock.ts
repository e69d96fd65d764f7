import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Test } from 'tap';
import { tempDir } from './temp-dir.ts';

/** The time of day of a real process, which a test sets; its monotonic clock goes on as ever (libfaketime). */
export interface FakedClock {
  /** How far it is ahead of the right time, ms; whole seconds. */
  set(aheadMs: number): void;
  /** The command that runs `command` by it. */
  wrap(command: readonly string[]): readonly string[];
}

export function fakedClock(t: Pick<Test, 'teardown'>): FakedClock {
  const file = join(tempDir(t), 'time');
  // Where the library is, the program knows.
  const print = ['-m', '-f', '+0', 'sh', '-c', 'printf %s "$LD_PRELOAD"'];
  const library = execFileSync('faketime', print, { encoding: 'utf8' });
  const set = (aheadMs: number): void => {
    writeFileSync(`${file}.new`, `${aheadMs < 0 ? '' : '+'}${aheadMs / 1_000}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const environment = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    // Files were written by the right time.
    NO_FAKE_STAT: '1',
  };
  return {
    set,
    wrap: (command) => ['env', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`), ...command],
  };
}
