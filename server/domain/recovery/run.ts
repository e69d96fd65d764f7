import type { SourceFault } from '../../../protocol/wire/source-fault.ts';
import type { Completeness } from './point.ts';

/** What a run itself says of how it ended: the exit code of a program, or the word of a product. */
export type RunEnd =
  | { readonly tool: 'restic' | 'borg' | 'command'; readonly exitCode: number | null }
  | { readonly tool: 'veeam'; readonly result: string };

export interface RunVerdict {
  readonly completeness: Completeness;
  /** Whole, but with a warning that somebody may want to read. */
  readonly hasNote: boolean;
  /** What went wrong, where the code says more than that. */
  readonly fault: SourceFault | null;
}

const complete: RunVerdict = { completeness: 'complete', hasNote: false, fault: null };
const noted: RunVerdict = { completeness: 'complete', hasNote: true, fault: null };
const failed = (fault: SourceFault = 'failed'): RunVerdict => ({ completeness: 'failed', hasNote: false, fault });

/** restic 0.17 and later; before, all of these are 1. 3: something could not be read, so it is not whole. */
const resticFaults: ReadonlyMap<number, SourceFault> = new Map([
  [10, 'repository_missing'],
  [11, 'repository_locked'],
  [12, 'wrong_password'],
]);
/** Borg 1.4 with `BORG_EXIT_CODES=modern`; else all of these are 2. */
const borgFaults: ReadonlyMap<number, SourceFault> = new Map([
  [13, 'repository_missing'],
  [14, 'repository_full'],
  [52, 'wrong_password'],
  [73, 'repository_locked'],
]);

/**
 * What a run's end says of what it left behind. A code that nobody knows is a failure, and so is the lack of one: the run was killed.
 * Borg's warnings (1, 100 to 127) may be a file that changed or one that it was not allowed to read, so they prove nothing.
 */
export function judgeRun(end: RunEnd): RunVerdict {
  if (end.tool === 'veeam') {
    if (end.result === 'Success') return complete;
    return end.result === 'Warning' ? noted : failed();
  }
  const { tool, exitCode } = end;
  if (exitCode === 0) return complete;
  if (exitCode === null || tool === 'command') return failed();
  if (tool === 'restic') return failed(resticFaults.get(exitCode));
  if (exitCode === 1 || (exitCode >= 100 && exitCode <= 127)) {
    return { completeness: 'unknown', hasNote: true, fault: null };
  }
  return failed(borgFaults.get(exitCode));
}
