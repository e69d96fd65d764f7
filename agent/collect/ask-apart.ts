import { type ChildProcess, execFile } from 'node:child_process';
import type { Statfs, StatfsResult } from './volume.ts';

/** What asking a mountpoint came to. `failed`: the file system says so itself; `refused`: it is not ours to ask. */
export type Answer = StatfsResult | 'hung' | 'failed' | 'refused';

export interface Attempt {
  /**
   * An answer for each path, by the deadline; or undefined where only one of several did not give one: then each has to be asked
   * alone.
   */
  readonly answers: Promise<readonly Answer[] | undefined>;
  /** Resolves when nothing of the attempt is left: what hangs in the kernel may outlive even being killed. */
  readonly ended: Promise<void>;
}

/** Asks mountpoints that may hang without being held up itself. */
export interface AskApart {
  ask(paths: readonly Buffer[], deadlineMs: number): Attempt;
  /** How many may be asked at once, each alone. */
  readonly parallel: number;
  close(): void;
}

/** The program of coreutils and of BusyBox, and what it is to tell: in the order of {@link parseLine}. */
const PROGRAM = 'stat';
const FORMAT = '%S %s %b %a %c %d';
const environment = { PATH: '/usr/bin:/bin:/usr/sbin:/sbin', LC_ALL: 'C' };
const MAX_ANSWER_BYTES = 64 * 1024;
/** Whoever it is that may not look, or a mount that has just gone: nothing is wrong with the file system. */
const refusals = /Permission denied|Operation not permitted|No such file or directory/;

/**
 * Asks by `stat -f`, a program of its own that takes a millisecond: no thread of this process waits for the answer, and a program
 * that hangs is killed and left behind. Where there is no such program, the mounts are asked as {@link askInTurn} does.
 */
export function askByProcess(fallback: AskApart): AskApart {
  const running = new Set<ChildProcess>();
  let isMissing = false;
  return {
    parallel: 4,
    ask(paths, deadlineMs) {
      const names = paths.map((path) => path.toString());
      // An argument is text: another name would ask for another folder.
      const isText = names.every((name, index) => Buffer.from(name).equals(paths[index] ?? Buffer.alloc(0)));
      if (isMissing || !isText) return fallback.ask(paths, deadlineMs);
      const answers = Promise.withResolvers<readonly Answer[] | undefined>();
      const ended = Promise.withResolvers<void>();
      const args = ['-f', '-c', FORMAT, '--', ...names];
      const child = execFile(
        PROGRAM,
        args,
        { env: environment, maxBuffer: MAX_ANSWER_BYTES },
        (error, stdout, stderr) => {
          running.delete(child);
          clearTimeout(timer);
          ended.resolve();
          isMissing ||= error?.code === 'ENOENT';
          if (error === null) answers.resolve(parse(stdout, paths.length));
          else
            answers.resolve(paths.length > 1 ? undefined : [refusals.test(stderr) || isMissing ? 'refused' : 'failed']);
        },
      );
      running.add(child);
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        answers.resolve(paths.length > 1 ? undefined : ['hung']);
      }, deadlineMs);
      return { answers: answers.promise, ended: ended.promise };
    },
    close() {
      for (const child of running) child.kill('SIGKILL');
      fallback.close();
    },
  };
}

/** Undefined unless there is a sound line for each path. */
function parse(stdout: string, count: number): readonly StatfsResult[] | undefined {
  const results = stdout
    .split('\n')
    .slice(0, count)
    .map((line) => line.split(' ').map(Number))
    .filter((numbers) => numbers.length === 6 && numbers.every((number) => Number.isFinite(number)))
    .map(([frsize = 0, bsize = 0, blocks = 0, bavail = 0, files = 0, ffree = 0]) => {
      return { frsize, bsize, blocks, bavail, files, ffree };
    });
  return results.length === count ? results : undefined;
}

/**
 * Asks within this process, one after another, where there is no other way. A call that hangs takes a thread, so while it does no
 * other is made.
 */
export function askInTurn(statfs: Statfs): AskApart {
  let held: Promise<void> | undefined;
  return {
    parallel: 1,
    ask(paths, deadlineMs) {
      if (held !== undefined) return { answers: Promise.resolve(undefined), ended: Promise.resolve() };
      const answers = Promise.withResolvers<readonly Answer[] | undefined>();
      const timer = setTimeout(() => answers.resolve(paths.length > 1 ? undefined : ['hung']), deadlineMs);
      const work = async (): Promise<void> => {
        const found: Answer[] = [];
        for (const path of paths) found.push(await statfs(path).catch(answerOf));
        answers.resolve(found);
      };
      held = work().finally(() => {
        clearTimeout(timer);
        held = undefined;
      });
      return { answers: answers.promise, ended: held };
    },
    close() {},
  };
}

/** What the error of a call says of the file system. */
export function answerOf(error: unknown): Answer {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['EACCES', 'EPERM', 'ENOENT'].includes(code) ? 'refused' : 'failed';
}
