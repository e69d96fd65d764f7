import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Parser } from 'tap-parser';
import { inRoot } from './paths.mjs';
import { tally, tallyFile } from './tally.mjs';

/**
 * Test files in a process of their own. This is what `tap run` does without its loaders, which watch every file that a test imports
 * and cost each test file a third of a second of processor time, and each server, agent and command that a test starts half a second.
 *
 * @typedef {object} Options
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {number} [timeoutMs] no process may take longer, on a machine that is busy with other things as well
 * @property {(result: import('./tally.mjs').FileResult) => void} onFile called as each file ends
 */

const TOGETHER = inRoot('scripts', 'run-together.mjs');
const TIMEOUT_MS = 400_000;
/** How long a process that took too long has to say what it waits for. */
const LAST_WORDS_MS = 1_000;
const STOPPING = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs the files, each of which is told once: what did not come to its end has failed.
 * @param {readonly string[]} files one, or several that can share a process
 * @param {Options} options
 */
export async function runTestProcess(files, { cwd, env, timeoutMs = TIMEOUT_MS, onFile }) {
  const startedAt = Date.now();
  const [file = '', ...others] = files;
  const parser = new Parser();
  /** @type {Set<string>} */
  const failed = new Set();
  const open = new Set(files);
  const tell = (/** @type {import('./tally.mjs').FileResult} */ result) => {
    open.delete(result.file);
    if (result.failures.length > 0) failed.add(result.file);
    onFile(result);
  };
  const isAlone = others.length === 0;
  const ofOne = isAlone ? tallyFile(parser, file) : tally(parser, tell);
  const how = { cwd, env, timeoutMs, input: isAlone ? undefined : files.join('\n') };
  const code = await spawned(isAlone ? file : TOGETHER, parser, how);
  const ended = { isContent: code === 0, durationMs: Date.now() - startedAt };
  if (ofOne !== undefined) return tell(ofOne(ended));
  for (const lost of open) {
    const name = `did not run to its end: the process ended with exit code ${code}`;
    tell({ file: lost, passed: 0, durationMs: 0, failures: [{ file: lost, name, diag: null }] });
  }
  if (failed.size === 0 && !(ended.isContent && parser.ok)) {
    const all = `${file} and ${others.length} others`;
    const name = `the process failed without naming a test: exit code ${code}`;
    tell({ file: all, passed: 0, durationMs: ended.durationMs, failures: [{ file: all, name, diag: null }] });
  }
}

/**
 * @param {string} program
 * @param {Parser} parser of what it says
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, timeoutMs: number, input: string | undefined }} options
 * @returns {Promise<number | null>} the exit code; null when it was killed
 */
async function spawned(program, parser, { cwd, env, timeoutMs, input }) {
  const child = spawn(process.execPath, ['--enable-source-maps', program], {
    cwd,
    env: { ...env, TAP: '1', TAP_TIMEOUT: String(timeoutMs / 1_000) },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'inherit'],
  });
  const stop = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  for (const signal of STOPPING) process.on(signal, stop);
  const late = setTimeout(() => {
    child.kill('SIGALRM');
    setTimeout(() => child.kill('SIGKILL'), LAST_WORDS_MS).unref();
  }, timeoutMs + LAST_WORDS_MS);
  child.stdin?.end(input);
  child.stdout?.pipe(parser);
  const [[code]] = await Promise.all([once(child, 'close'), once(parser, 'complete')]);
  clearTimeout(late);
  for (const signal of STOPPING) process.off(signal, stop);
  return code;
}
