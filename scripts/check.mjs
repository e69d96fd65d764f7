import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import { parseArgs } from 'node:util';
import { workThrough } from './lib/lines.mjs';
import { inRoot, root } from './lib/paths.mjs';
import { describeFailure, describeFile, describeSlowest } from './lib/report.mjs';
import { run } from './lib/run.mjs';
import { runMain, SetupError } from './lib/say.mjs';
import { shareable } from './lib/shareable.mjs';
import { withSystemFolders } from './lib/system.mjs';
import { closingLine } from './lib/tally.mjs';
import { planProcesses } from './lib/test-plan.mjs';
import { runTestProcess } from './lib/test-process.mjs';

/**
 * `npm test [-- [--only-tests] [--keep-times] [path ...]]`: lint, types, how the sources stand to one another (house.mjs), and the tests below the given paths (default: all).
 * `--keep-times` writes down which of
 * them took long, for the order of later runs. Needs everything installed; test.mjs sees to that.
 */

const inModules = (/** @type {string[]} */ ...path) => inRoot('node_modules', ...path);
/** @type {readonly Check[]} */
const CHECKS = [
  { title: 'types', program: inModules('typescript', 'bin', 'tsc'), args: ['--noEmit'] },
  { title: 'lint', program: inModules('@biomejs', 'biome', 'bin', 'biome'), args: ['check', '.'] },
  { title: 'house', program: inRoot('scripts', 'house.mjs'), args: [] },
];
/** How many run at once. */
const WORKERS = { stories: 2, others: 2 };
/** What takes long, in seconds on two quiet cores; it decides the order alone. @type {Record<string, number>} */
const slowFiles = JSON.parse(readFileSync(inRoot('scripts', 'slow-tests.json'), 'utf8'));
const SLOW_S = 3;

/** Tests find our Node first, then the system's programs, also those that only root's PATH names. */
const env = {
  ...process.env,
  PATH: [inRoot('node_modules', '.bin'), withSystemFolders(process.env.PATH)].join(delimiter),
};

const OPTIONS = /** @type {const} */ ({ 'only-tests': { type: 'boolean' }, 'keep-times': { type: 'boolean' } });

await runMain(async () => {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: OPTIONS });
  const checks = values['only-tests'] === true ? [] : CHECKS;
  const results = await runAll(testFiles(positionals), checks);
  if (values['keep-times'] === true) keepTimes(results);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, { failures }) => sum + failures.length, 0);
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

/** @typedef {{ title: string, program: string, args: readonly string[] }} Check */

/** @param {Check} check @returns {Promise<import('./lib/tally.mjs').FileResult>} */
async function check({ title, program, args }) {
  const startedAt = Date.now();
  const { ok, output } = await run(process.execPath, [program, ...args], { cwd: root, env });
  if (!ok) console.log(output.trimEnd());
  const failures = ok ? [] : [{ file: title, name: 'see above', diag: null }];
  return { file: title, passed: ok ? 1 : 0, durationMs: Date.now() - startedAt, failures };
}

/**
 * Lint, types and house beside the tests. Stories mostly wait, so they run beside what computes.
 * @param {readonly string[]} files
 * @param {readonly Check[]} checks
 */
async function runAll(files, checks) {
  const isStory = (/** @type {string} */ file) => file.startsWith('test/story/');
  const isShareable = shareable(root);
  /** @type {import('./lib/tally.mjs').FileResult[]} */
  const results = [];
  const onFile = (/** @type {import('./lib/tally.mjs').FileResult} */ result) => {
    results.push(result);
    console.log(describeFile(result));
    for (const failure of result.failures) console.log(describeFailure(failure));
  };
  const plan = (/** @type {readonly string[]} */ some) =>
    planProcesses(some, isShareable, slowFiles).map(
      (together) => () => runTestProcess(together, { cwd: root, env, onFile }),
    );
  const lines = [
    { workers: WORKERS.stories, jobs: plan(files.filter(isStory)) },
    {
      workers: WORKERS.others,
      jobs: [
        ...checks.map((one) => async () => onFile(await check(one))),
        ...plan(files.filter((file) => !isStory(file))),
      ],
    },
  ];
  await workThrough(lines, (job) => job());
  for (const line of describeSlowest(results)) console.log(line);
  return results;
}

/** What was not run keeps its time. @param {readonly import('./lib/tally.mjs').FileResult[]} results */
function keepTimes(results) {
  const times = { ...slowFiles };
  for (const { file, durationMs } of results) {
    if (durationMs >= SLOW_S * 1_000) times[file] = Math.round(durationMs / 1_000);
    else delete times[file];
  }
  const kept = Object.entries(times).filter(([file]) => file.endsWith('.test.ts') && existsSync(inRoot(file)));
  const lines = kept.toSorted(([, a], [, b]) => b - a);
  writeFileSync(inRoot('scripts', 'slow-tests.json'), `${JSON.stringify(Object.fromEntries(lines), null, 2)}\n`);
}
