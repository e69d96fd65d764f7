import t from 'tap';
import { Parser } from 'tap-parser';
import { closingLine, type FileResult, tally } from '../../scripts/lib/tally.mjs';

function run(body: string): FileResult[] {
  const results: FileResult[] = [];
  const parser = new Parser();
  tally(parser, (result) => results.push(result));
  parser.end(`TAP version 14\n${body}`);
  return results;
}

/** One test file, `a.test.ts`, whose output is `inner` and whose last line is `verdict`. */
function runFile(inner: readonly string[], verdict = 'ok 1 - a.test.ts # time=1500ms'): FileResult {
  const lines = inner.map((line) => `    ${line}`).join('\n');
  return run(`# Subtest: a.test.ts\n${lines}\n${verdict}\n1..1\n`)[0]!;
}

t.test('what counts', async (t) => {
  const f = (title: string, inner: string[], passed: number, failures: string[], verdict?: string) => {
    const result = runFile(inner, verdict);
    t.equal(result.passed, passed, `${title}: passed`);
    t.same(
      result.failures.map(({ name }) => name),
      failures,
      `${title}: failures`,
    );
  };
  const failed = 'not ok 1 - a.test.ts # time=1ms';

  f('assertions of the file', ['ok 1 - x', 'ok 2 - y', '1..2'], 2, []);
  f(
    'assertions of a test',
    ['# Subtest: one', '    ok 1 - x', '    ok 2 - y', '    1..2', 'ok 1 - one', '1..1'],
    2,
    [],
  );
  f('a failed one', ['ok 1 - x', 'not ok 2 - y', '1..2'], 1, ['y'], failed);
  f(
    'a failed one in a test',
    ['# Subtest: one', '    not ok 1 - x', '    1..1', 'not ok 1 - one', '1..1'],
    0,
    ['one > x'],
    failed,
  );
  f('no assertion', ['1..0 # no tests found'], 0, ['asserts nothing'], 'ok 1 - a.test.ts # SKIP no tests found');
  f('a plan of none', ['1..0 # later'], 0, ['asserts nothing'], 'ok 1 - a.test.ts # SKIP later');
  f('a test without one', ['# Subtest: one', '    1..0', 'ok 1 - one', '1..1'], 0, ['one > asserts nothing']);
  f('skipped', ['ok 1 - x', 'ok 2 - y # SKIP why', '1..2'], 1, ['y > is skipped; a test runs or goes']);
  f('skipped assertion without a reason', ['ok 1 - x # SKIP', '1..1'], 0, ['x > is skipped; a test runs or goes']);
  f('todo', ['ok 1 - x # TODO', '1..1'], 0, ['x > is a todo; a test runs or goes']);
  f('failing todo', ['not ok 1 - x # TODO', '1..1'], 0, ['x > is a todo; a test runs or goes']);
  f('a bad exit code', ['ok 1 - x', '1..1'], 1, ['a.test.ts'], failed);
  f('a file that does not load', ['1..0 # no tests found'], 0, ['a.test.ts'], failed);
});

t.test('each file is told apart, with its time', async (t) => {
  const file = (name: string, id: number) =>
    `# Subtest: ${name}\n    ok 1 - x\n    1..1\nok ${id} - ${name} # time=${id}500ms\n`;
  const results = run(`${file('a.test.ts', 1)}${file('b.test.ts', 2)}1..2\n`);
  t.same(
    results.map(({ file, durationMs }) => [file, durationMs]),
    [
      ['a.test.ts', 1500],
      ['b.test.ts', 2500],
    ],
  );
});

t.test('the closing line', async (t) => {
  t.equal(closingLine(12, 0), '12 passed, 0 failed');
});
