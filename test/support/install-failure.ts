import type { Test } from 'tap';
import type { CleanMachine } from './clean-machine.ts';

export type FailureCheck = (t: Test, command: string, code: number, sentence: RegExp) => Promise<void>;

/** Checks that a command line ends with this code and one sentence, and leaves the machine as it is now. */
export async function failureCheck(machine: CleanMachine): Promise<FailureCheck> {
  const before = await machine.files();
  return async (t, command, code, sentence) => {
    const finished = await machine.run(command);
    t.equal(finished.code, code, finished.stderr);
    t.match(finished.stderr, sentence);
    t.equal(finished.stderr.trimEnd().split('\n').length, 1, 'one sentence');
    t.same(await machine.files(), before);
  };
}
