#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { build } from './build.mjs';
import { inRoot } from './lib/paths.mjs';
import { runMain, SetupError } from './lib/say.mjs';
import { setup } from './setup.mjs';

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/** These serve the dashboard; any other command runs with the one that is there. */
const SERVING = ['up', 'server'];

await runMain(async () => {
  const args = process.argv.slice(2);
  const node = await setup({ dev: false });
  await build({ acceptOldDashboard: !SERVING.includes(args[0] ?? '') });
  await become(node, [inRoot('server', 'main.ts'), ...args]);
});

/**
 * Runs the program in our place: its standard streams, signals and end are ours.
 * @param {string} program
 * @param {readonly string[]} args
 * @returns {Promise<void>}
 */
function become(program, args) {
  return new Promise((_, reject) => {
    const child = spawn(program, args, { stdio: 'inherit' });
    for (const signal of SIGNALS) process.on(signal, () => pass(child, signal));
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
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function pass(child, signal) {
  const fromTerminal = signal === 'SIGINT' && process.stdin.isTTY;
  if (!fromTerminal) child.kill(signal);
}
