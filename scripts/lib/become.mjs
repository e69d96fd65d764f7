import { spawn } from 'node:child_process';
import { SetupError } from './say.mjs';

/** @typedef {import('node:child_process').ChildProcess} ChildProcess */

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);
const PARENT_POLL_MS = 500;
const parentAtStart = process.ppid;

/**
 * Runs the program in our place: its standard streams, signals and end are ours.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Readonly<Record<string, string>>} [environment] what is not set already
 * @returns {Promise<never>} settles only when the program does not start
 */
export function become(program, args, environment = {}) {
  return new Promise((_, reject) => {
    const child = spawn(program, args, { stdio: 'inherit', env: { ...environment, ...process.env } });
    for (const signal of SIGNALS) process.on(signal, () => pass(child, signal));
    stopWithoutParent(child);
    child.once('error', (error) => reject(new SetupError(`${program} does not start: ${error.message}`)));
    child.once('exit', (code, signal) => {
      if (signal === null) process.exit(code ?? 1);
      for (const name of SIGNALS) process.removeAllListeners(name);
      process.kill(process.pid, signal);
    });
  });
}

/**
 * A terminal gives Ctrl-C to the child itself; passing it on would look like a second, impatient one.
 * @param {ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function pass(child, signal) {
  const fromTerminal = signal === 'SIGINT' && process.stdin.isTTY;
  if (!fromTerminal) child.kill(signal);
}

/**
 * npm gives a signal to the shell in which it runs a script, and that shell dies of it without a word to us.
 * @param {ChildProcess} child
 */
function stopWithoutParent(child) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const timer = setInterval(() => {
    if (process.ppid === parentAtStart) return;
    clearInterval(timer);
    child.kill('SIGTERM');
  }, PARENT_POLL_MS);
}
