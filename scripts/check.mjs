import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { delimiter } from 'node:path';
import { parseArgs } from 'node:util';
import { Parser } from 'tap-parser';
import { inRoot, root } from './lib/paths.mjs';
import { describeFailure, describeFile, describeSlowest } from './lib/report.mjs';
import { run } from './lib/run.mjs';
import { runMain, SetupError } from './lib/say.mjs';
import { withSystemFolders } from './lib/system.mjs';
import { closingLine, tally } from './lib/tally.mjs';

/**
 * `npm test [-- [--only-tests] [path ...]]`: lint, types, how the sources stand to one another (house.mjs), then the tests below the given paths (default: all).
 * Needs everything installed; test.mjs sees to that.
 */

const inModules = (/** @type {string[]} */ ...path) => inRoot('node_modules', ...path);
const TSC = inModules('typescript', 'bin', 'tsc');
const BIOME = inModules('@biomejs', 'biome', 'bin', 'biome');
const RUN_TESTS = inRoot('scripts', 'run-tests.mjs');
const HOUSE = inRoot('scripts', 'house.mjs');

/** Tests find our Node first, then the system's programs, also those that only root's PATH names. */
const env = {
  ...process.env,
  PATH: [inRoot('node_modules', '.bin'), withSystemFolders(process.env.PATH)].join(delimiter),
};

await runMain(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { 'only-tests': { type: 'boolean' } } });
  const files = testFiles(positionals);
  const counts = [];
  if (values['only-tests'] !== true) {
    counts.push(await check('lint', BIOME, ['check', '.']));
    counts.push(await check('types', TSC, ['--noEmit']));
    counts.push(await check('house', HOUSE, []));
  }
  counts.push(await runTests(files));
  const passed = counts.reduce((sum, count) => sum + count.passed, 0);
  const failed = counts.reduce((sum, count) => sum + count.failed, 0);
  process.exitCode = failed === 0 ? 0 : 1;
  console.log(closingLine(passed, failed));
});

/** @param {readonly string[]} paths files and folders, relative to the clone; none means all */
function testFiles(paths) {
  const all = readdirSync(inRoot('test'), { recursive: true, encoding: 'utf8' })
    .map((path) => `test/${path.replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.test.ts'))
    .sort();
  const wanted = paths.map((path) => path.replace(/^\.\//, '').replace(/\/$/, ''));
  const matches = (/** @type {string} */ file, /** @type {string} */ path) =>
    file === path || file.startsWith(`${path}/`);
  const nothing = wanted.find((path) => !all.some((file) => matches(file, path)));
  if (nothing !== undefined) throw new SetupError(`${nothing} names no test; give files or folders below test/`);
  return wanted.length === 0 ? all : all.filter((file) => wanted.some((path) => matches(file, path)));
}

/**
 * @param {string} title
 * @param {string} program
 * @param {readonly string[]} args
 */
async function check(title, program, args) {
  const startedAt = Date.now();
  const { ok, output } = await run(process.execPath, [program, ...args], { cwd: root, env });
  if (!ok) console.log(output.trimEnd());
  const counts = ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  const failures = ok ? [] : [{}];
  console.log(describeFile({ file: title, passed: counts.passed, durationMs: Date.now() - startedAt, failures }));
  return counts;
}

/** Stories mostly wait, so they run beside what computes. @param {readonly string[]} files */
async function runTests(files) {
  const isStory = (/** @type {string} */ file) => file.startsWith('test/story/');
  const groups = [files.filter(isStory), files.filter((file) => !isStory(file))].filter(({ length }) => length > 0);
  const runs = await Promise.all(groups.map(runTap));
  const results = runs.flatMap((one) => one.results);
  for (const line of describeSlowest(results)) console.log(line);
  return sum(
    results,
    files,
    runs.every(({ isContent }) => isContent),
  );
}

/** One run of tap. @param {readonly string[]} files */
async function runTap(files) {
  const tap = spawn(process.execPath, [RUN_TESTS, ...files], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => tap.kill(signal));
  const parser = new Parser();
  /** @type {import('./lib/tally.mjs').FileResult[]} */
  const results = [];
  tally(parser, (result) => {
    results.push(result);
    console.log(describeFile(result));
    for (const failure of result.failures) console.log(describeFailure(failure));
  });
  tap.stdout.pipe(parser);
  const [[code]] = await Promise.all([once(tap, 'close'), once(parser, 'complete')]);
  return { results, isContent: code === 0 && parser.ok };
}

/**
 * @param {readonly import('./lib/tally.mjs').FileResult[]} results
 * @param {readonly string[]} files that were to run
 * @param {boolean} tapContent whether tap itself found nothing wrong
 */
function sum(results, files, tapContent) {
  const lost = files.filter((file) => !results.some((result) => result.file === file));
  for (const file of lost) console.log(`${file} did not run to its end`);
  let failed = lost.length + results.reduce((total, { failures }) => total + failures.length, 0);
  const passed = results.reduce((total, result) => total + result.passed, 0);
  if (failed === 0 && !tapContent) {
    console.log('tap failed without naming a test; run it alone to see why: node scripts/run-tests.mjs <file>');
    failed = 1;
  }
  return { passed, failed };
}
