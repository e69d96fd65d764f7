import { basename } from 'node:path';
import { isInterpreter, scriptOf } from './interpreters.ts';

/** What the kernel tells of a process's names; null where this user may not see it. */
export interface ProcessNames {
  /** As it calls itself, cut to 15 bytes. */
  readonly comm: string;
  /** Path of its program. */
  readonly executable: string | null;
  /** Its command line, the program first; empty for a kernel thread. */
  readonly arguments: readonly string[] | null;
}

/** The kernel keeps no more of a program's name. */
const COMM_BYTES = 15;

/**
 * Whether a person who types this name means the process: its own name, its executable or, behind an interpreter, what that
 * was given to run, exactly and with or without its path. A longer name is another name.
 */
export function isNamed(name: string, names: ProcessNames): boolean {
  const [program = '', ...rest] = names.arguments ?? [];
  const executable = names.executable?.replace(/ \(deleted\)$/, '') ?? null;
  // "-bash" is a login shell, "postgres: writer" a process that says what it does.
  const called = program.replace(/^-/, '').replace(/: .*$|:$/s, '');
  const paths = [executable, called].filter((path): path is string => path !== null && path !== '');
  if (paths.some((path) => isSame(name, path))) return true;
  if (commNames(name, names.comm, paths)) return true;
  // How it was called goes first: a busybox that was called `sh` reads its line as a shell does.
  const interpreter = [called, ...paths, names.comm].find(isInterpreter);
  const script =
    interpreter === undefined
      ? undefined
      : scriptOf(
          interpreter,
          rest.filter((word) => word !== ''),
        );
  return script !== undefined && isSame(name, script);
}

/** A name of 15 bytes may be cut: then one of the others tells whether it is, and while none can be seen, what fits has to do. */
function commNames(name: string, comm: string, paths: readonly string[]): boolean {
  if (Buffer.byteLength(comm) < COMM_BYTES) return comm === name;
  if (paths.length === 0) return Buffer.from(name).subarray(0, COMM_BYTES).toString() === comm;
  const isCut = paths.some((path) => {
    const whole = basename(path);
    return Buffer.byteLength(whole) > COMM_BYTES && whole.startsWith(comm);
  });
  return !isCut && comm === name;
}

function isSame(name: string, path: string): boolean {
  return name === (name.includes('/') ? path : basename(path));
}
