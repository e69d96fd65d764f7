#!/usr/bin/env node
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { findNode } from './lib/node26.mjs';
import { npm, npmError } from './lib/npm.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain, SetupError, say } from './lib/say.mjs';

/**
 * What was installed, kept inside node_modules so that it goes when they go. `node` is relative to the clone if inside it.
 * `tapAt` is the folder that tap was built for: its build holds absolute paths, so a clone that moved needs a new one.
 * @typedef {{lock: string, dev: boolean, node: string, tapAt?: string | undefined}} Stamp
 */
const STAMP = inRoot('node_modules', '.vigia-setup.json');

/**
 * Makes node_modules fit package-lock.json, once; later calls cost two file reads and say nothing.
 * @param {{dev: boolean}} options dev: with what the tests need
 * @returns {Promise<string>} the Node that runs Vigia, an absolute path
 */
export async function setup({ dev }) {
  const current = currentStamp(dev) ?? (await withLock('setup', async () => currentStamp(dev) ?? prepare(dev)));
  return resolve(root, current.node);
}

/** @param {boolean} dev @returns {Stamp | undefined} undefined when something is to be done */
function currentStamp(dev) {
  const stamp = readStamp();
  return stamp !== undefined && isInstalled(stamp, dev) && (!dev || stamp.tapAt === root) ? stamp : undefined;
}

/** @param {Stamp} stamp @param {boolean} dev */
function isInstalled(stamp, dev) {
  return stamp.lock === lockHash() && (stamp.dev || !dev) && existsSync(resolve(root, stamp.node));
}

/** @param {boolean} dev @returns {Promise<Stamp>} */
async function prepare(dev) {
  const before = readStamp();
  const installed = before !== undefined && isInstalled(before, dev) ? before : await install(before, dev);
  if (!dev) return installed;
  await buildTap(resolve(root, installed.node));
  return writeStamp({ ...installed, tapAt: root });
}

/** @returns {Stamp | undefined} */
function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8'));
  } catch {
    return undefined; // not installed, or interrupted
  }
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(inRoot('package-lock.json')))
    .digest('hex');
}

/** @param {Stamp | undefined} before @param {boolean} wantDev @returns {Promise<Stamp>} */
async function install(before, wantDev) {
  const dev = wantDev || before?.dev === true;
  const startedAt = Date.now();
  say(before === undefined ? 'Installing packages (first start, about a minute) ...' : 'Updating packages ...');
  rmSync(STAMP, { force: true });
  await installPackages(before === undefined, dev);
  const node = await findNode();
  say(`Packages are ready (${Math.round((Date.now() - startedAt) / 1000)} s).`);
  return writeStamp({ lock: lockHash(), dev, node: node.startsWith(root) ? relative(root, node) : node });
}

/** @param {Stamp} stamp */
function writeStamp(stamp) {
  writeFileSync(STAMP, JSON.stringify(stamp));
  return stamp;
}

/**
 * A first install is clean. A later one changes only what differs, because a server may be running from this folder.
 * Install scripts stay off: no package here needs one, and some versions of npm refuse them.
 * @param {boolean} first
 * @param {boolean} dev
 */
async function installPackages(first, dev) {
  const how = first ? ['ci'] : ['install', '--no-save'];
  const which = ['--include=optional', dev ? '--include=dev' : '--omit=dev'];
  const { ok, output } = await npm([...how, '--ignore-scripts', ...which]);
  if (ok) return;
  throw new SetupError(
    `npm ${how[0]} failed: ${npmError(output)} -- ${advice(output)}, then run the same command again`,
  );
}

/** @param {string} output what npm printed */
function advice(output) {
  if (/EACCES|EPERM|EROFS/.test(output)) return `give this user the right to write to ${root}`;
  if (/ENOSPC/.test(output)) return 'free some disk space (about 500 MB)';
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network/i.test(output)) {
    return 'connect to the internet or set the registry with: npm config set registry URL';
  }
  if (/ENOENT|not found/.test(output)) return 'make sure that npm is installed and on the PATH';
  return 'mend what npm names';
}

/** tap compiles its own test class for the plugins in .taprc. @param {string} node */
async function buildTap(node) {
  rmSync(inRoot('.tap', 'plugins'), { recursive: true, force: true });
  const { ok, output } = await run(node, [inRoot('node_modules', 'tap', 'dist', 'esm', 'run.mjs'), 'build'], {
    cwd: root,
  });
  if (!ok)
    throw new SetupError(`tap build failed: ${output.trim().split('\n').slice(-3).join(' ')}; run npm test again`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    await setup({ dev: process.argv.includes('--dev') });
  });
}
