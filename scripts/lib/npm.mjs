import { accessSync, constants, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { inRoot, root } from './paths.mjs';
import { run } from './run.mjs';
import { say } from './say.mjs';

/**
 * Runs npm in the clone, with the npm that started us if one did, and never with the Node inside node_modules:
 * npm replaces that folder.
 * @param {readonly string[]} args
 * @returns {Promise<import('./run.mjs').Outcome>}
 */
export async function npm(args) {
  const { program, before, shell } = npmProgram();
  const cache = cacheFolder();
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--engine-strict=false'];
  try {
    return await run(program, [...before, ...args, ...quiet], { cwd: root, env: environment(cache), shell });
  } finally {
    if (cache !== undefined) rmSync(cache, { recursive: true, force: true });
  }
}

/** npm's own words about a failure, without its debug log lines. @param {string} output */
export function npmError(output) {
  const lines = output
    .split('\n')
    .filter((line) => /^npm (ERR!|error)/.test(line))
    .map((line) => line.replace(/^npm (ERR!|error)\s*/, '').trim())
    .filter((line) => line !== '' && !/^(code|syscall|errno|path|dest|type|at) |complete log|_logs/i.test(line));
  return (
    (lines.length > 0 ? lines.slice(0, 4).join(' ') : output.trim().split('\n').slice(-3).join(' ')) || 'no output'
  );
}

function npmProgram() {
  const cli = process.env.npm_execpath ?? '';
  if (/np[mx]-cli\.js$/.test(cli)) {
    const node = process.env.npm_node_execpath ?? process.execPath;
    return { program: node, before: [join(dirname(cli), 'npm-cli.js')], shell: false };
  }
  const windows = process.platform === 'win32';
  return { program: windows ? 'npm.cmd' : 'npm', before: [], shell: windows };
}

/** @param {string | undefined} cache */
function environment(cache) {
  const env = { ...process.env };
  // An outer npm or npx hands its own project and flags down; this install belongs to the clone alone.
  for (const name of Object.keys(env)) {
    if (
      /^npm_(package|lifecycle|command|config_(local_prefix|global|omit|include|package|call|yes|prefix))/.test(name)
    ) {
      delete env[name];
    }
  }
  const path = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== inRoot('node_modules', '.bin'));
  return { ...env, PATH: path.join(delimiter), ...(cache === undefined ? {} : { npm_config_cache: cache }) };
}

/** npm cannot work without its cache; where the home folder is not ours, it gets a temporary one. */
function cacheFolder() {
  const usual = process.env.npm_config_cache ?? join(homedir(), '.npm');
  try {
    mkdirSync(usual, { recursive: true });
    accessSync(usual, constants.W_OK);
    return undefined;
  } catch {
    const instead = mkdtempSync(join(tmpdir(), 'vigia-npm-'));
    say(`${usual} cannot be written, so npm keeps its cache in ${instead} for now.`);
    return instead;
  }
}
