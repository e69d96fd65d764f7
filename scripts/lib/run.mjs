import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * @typedef {object} RunOptions
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {boolean} [shell]
 * @property {number} [timeoutMs] the process is killed after this long (default 15 minutes)
 *
 * @typedef {object} Outcome
 * @property {boolean} ok exit code 0
 * @property {string} stdout
 * @property {string} output standard output and error as they came, with the reason when the program could not start or was killed
 */

const LONGEST_MS = 15 * 60_000;
const STOPPING = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program to its end. Never throws: a program that cannot be started is an outcome with the reason as output.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {RunOptions} [options]
 * @returns {Promise<Outcome>}
 */
export async function run(program, args, { cwd, env = process.env, shell = false, timeoutMs = LONGEST_MS } = {}) {
  const child = spawn(program, args, { cwd, env, shell, stdio: ['ignore', 'pipe', 'pipe'] });
  const release = stopWith(child);
  const deadline = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  let stdout = '';
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr.setEncoding('utf8').on('data', (chunk) => {
    output += chunk;
  });
  try {
    const [code, signal] = await once(child, 'close');
    if (signal !== null) output += `\nstopped by ${signal}`;
    return { ok: code === 0, stdout, output };
  } catch (error) {
    return { ok: false, stdout, output: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(deadline);
    release();
  }
}

/**
 * Someone who stops us stops the child too: an npm left behind would go on rewriting node_modules under the next start.
 * @param {import('node:child_process').ChildProcess} child
 */
function stopWith(child) {
  /** @param {NodeJS.Signals} signal */
  const stop = (signal) => {
    release();
    child.kill(signal);
    process.kill(process.pid, signal);
  };
  const release = () => {
    for (const signal of STOPPING) process.off(signal, stop);
  };
  for (const signal of STOPPING) process.on(signal, stop);
  return release;
}
