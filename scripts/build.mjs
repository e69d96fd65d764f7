#!/usr/bin/env node
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { buildAgent, buildDashboard, buildServer } from './lib/bundle.mjs';
import { withLock } from './lib/lock.mjs';
import { inRoot } from './lib/paths.mjs';
import { runMain, say } from './lib/say.mjs';
import { setup } from './setup.mjs';

/**
 * What a bundle was made from and of, by paths relative to the clone.
 * @typedef {{inputs: string[], outputs: string[]}} Bundle
 * @typedef {Bundle & {hash: string}} Stamp
 * @typedef {keyof typeof BUNDLES} Name
 */
const BUNDLES = { dashboard: buildDashboard, agent: buildAgent, server: buildServer };

/** Files that decide how a bundle is made without being part of it. */
const RECIPE = [
  'package-lock.json',
  'tsconfig.json',
  'scripts/build.mjs',
  'scripts/lib/builtins.mjs',
  'scripts/lib/bundle.mjs',
  'scripts/lib/html.mjs',
  'scripts/lib/source-places.mjs',
];

/**
 * Makes dist/dashboard, dist/agent and dist/server from their sources, each only when something that went into it has changed.
 * @param {{acceptOldDashboard?: boolean}} [options] acceptOldDashboard: for commands that serve no pages, any dashboard will do
 */
export async function build({ acceptOldDashboard = false } = {}) {
  const wanted = /** @type {Name[]} */ (Object.keys(BUNDLES));
  const stale = () => wanted.filter((name) => !isFresh(name, acceptOldDashboard));
  if (stale().length === 0) return;
  await withLock('build', async () => {
    for (const name of stale()) await rebuild(name);
  });
}

/** @param {Name} name */
async function rebuild(name) {
  const startedAt = Date.now();
  say(`Building the ${name} ...`);
  const bundle = await BUNDLES[name](readStamp(name)?.outputs ?? []);
  const stamp = { ...bundle, hash: hashOf(bundle.inputs) };
  mkdirSync(inRoot('dist'), { recursive: true });
  writeFileSync(`${stampPath(name)}.new`, JSON.stringify(stamp));
  renameSync(`${stampPath(name)}.new`, stampPath(name));
  say(`Built the ${name} (${Date.now() - startedAt} ms).`);
}

/** @param {Name} name @param {boolean} acceptOldDashboard */
function isFresh(name, acceptOldDashboard) {
  const stamp = readStamp(name);
  if (stamp === undefined || !stamp.outputs.every((path) => existsSync(inRoot(path)))) return false;
  return (acceptOldDashboard && name === 'dashboard') || stamp.hash === hashOf(stamp.inputs);
}

/** @param {Name} name @returns {Stamp | undefined} */
function readStamp(name) {
  try {
    return JSON.parse(readFileSync(stampPath(name), 'utf8'));
  } catch {
    return undefined; // not built yet
  }
}

/** @param {Name} name */
function stampPath(name) {
  return inRoot('dist', `.${name}.json`);
}

/** @param {readonly string[]} inputs */
function hashOf(inputs) {
  const hash = createHash('sha256');
  for (const path of [...RECIPE, ...inputs]) {
    hash.update(`${path}\0`);
    hash.update(existsSync(inRoot(path)) ? readFileSync(inRoot(path)) : 'missing').update('\0');
  }
  return hash.digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    await setup({ dev: false });
    await build();
  });
}
