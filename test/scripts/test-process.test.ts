import t, { type Test } from 'tap';
import type { FileResult } from '../../scripts/lib/tally.mjs';
import { runTestProcess } from '../../scripts/lib/test-process.mjs';

type Told = Record<string, [passed: number, ...failures: string[]]>;

/** Runs files of these names and texts in a process, and says what was told of each. */
async function run(t: Test, texts: Record<string, string>, timeoutMs = 100_000): Promise<Told> {
  const files = Object.entries(texts).map(([name, text]) => [`${name}.test.ts`, `import t from 'tap';\n${text}\n`]);
  const cwd = t.testdir(Object.fromEntries(files));
  const results: FileResult[] = [];
  const paths = files.map(([name = '']) => name);
  await runTestProcess(paths, { cwd, env: process.env, timeoutMs, onFile: (result) => results.push(result) });
  const told = new Map<string, [number, ...string[]]>();
  for (const { file, passed, failures } of results) {
    const [before, ...others] = told.get(file) ?? [0];
    told.set(file, [before + passed, ...others, ...failures.map(({ name }) => name)]);
  }
  return Object.fromEntries(told);
}

const PASSES = "t.test('holds', async (t) => t.pass());";

t.test('files that share a process are told apart, and none harms those after it unseen', async (t) => {
  const told = await run(t, {
    good: PASSES,
    flat: "t.pass('without a test around it');",
    wrong: "t.test('one', async (t) => t.equal(1, 2, 'numbers agree'));",
    empty: '',
    hollow: "t.test('one', async () => {});",
    skipped: "t.test('one', { skip: 'later' }, async (t) => t.pass());",
    throws: "throw new Error('while it loads');",
    unknown: "import './nowhere.ts';",
    rejects: `${PASSES}\nvoid Promise.reject(new Error('nobody waits'));`,
    later: "t.test('one', async (t) => { t.pass(); setImmediate(() => { throw new Error('afterwards'); }); });",
    environment: `${PASSES}\nprocess.env.VIGIA_TOLD = '1';`,
    timer: `${PASSES}\nsetInterval(() => {}, 1_000);`,
    clock: `${PASSES}\nDate.now = () => 0;`,
    global: `${PASSES}\n(globalThis as Record<string, unknown>).left = 1;`,
    last: PASSES,
  });
  const f = (name: string, passed: number, ...failures: string[]) =>
    t.same(told[`${name}.test.ts`], [passed, ...failures], name);
  const meets = 'was changed; what comes after it in this process would meet that';
  f('good', 1);
  f('flat', 1);
  f('wrong', 0, 'one > numbers agree');
  f('empty', 0, 'asserts nothing');
  f('hollow', 0, 'one > asserts nothing');
  f('skipped', 0, 'one > is skipped; a test runs or goes');
  f('throws', 0, 'while it loads');
  t.match(told['unknown.test.ts'], [0, /Cannot find module/]);
  f('rejects', 1, 'nobody waits');
  t.match(told['later.test.ts'], [1, /afterwards/]);
  f('environment', 1, `the variable VIGIA_TOLD of the environment ${meets}`);
  f('timer', 1, `what keeps the process alive ${meets}`);
  f('clock', 1, `Date.now ${meets}`);
  f('global', 1, `global.left ${meets}`);
  f('last', 1);
});

t.test('a file that ends the process is named, and those that were to follow have failed', async (t) => {
  const told = await run(t, {
    good: PASSES,
    ends: "t.test('one', async (t) => { t.pass(); process.exit(0); });",
    next: PASSES,
  });
  t.same(told['good.test.ts'], [1]);
  t.same(told['ends.test.ts'], [1, 'one > test unfinished', 'ends.test.ts']);
  t.same(told['next.test.ts'], [0, 'did not run to its end: the process ended with exit code 1']);
});

t.test('a file alone', async (t) => {
  const f = async (text: string, ...wanted: (number | string | RegExp)[]) =>
    t.match(await run(t, { alone: text }), { 'alone.test.ts': wanted }, text);
  await f(PASSES, 1);
  await f(`${PASSES}\nt.teardown(() => process.exit(3));`, 1, 'alone.test.ts');
  await f('', 0, 'asserts nothing');
});

t.test('a file that does not end has failed after its time', async (t) => {
  const told = await run(t, { alone: `${PASSES}\nsetInterval(() => {}, 1_000);` }, 3_000);
  // A machine that is busy may need all of that time to start it.
  t.ok((told['alone.test.ts']?.length ?? 0) > 1, JSON.stringify(told));
});
