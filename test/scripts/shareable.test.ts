import t from 'tap';
import { readSource, shareable } from '../../scripts/lib/shareable.mjs';

t.test('what a source says of itself', async (t) => {
  const f = (line: string, isHarmless: boolean, imports: string[] = [], file = 'test/a/b.test.ts') =>
    t.same(readSource(file, `${line}\n`), { isHarmless, imports }, line);
  f("import t from 'tap';", true);
  f("import t from 'tap';", false, [], 'test/support/a.ts');
  f("import type { Test } from 'tap';", true, [], 'test/support/a.ts');
  f("import { x } from '../../server/x.ts';", true, ['server/x.ts']);
  f("export { x } from './x.ts';", true, ['test/a/x.ts']);
  f("const x = await import('./x.ts');", true, ['test/a/x.ts']);
  f('const x = await import(path);', false);
  f("import { spawn } from 'node:child_process';", false);
  f("import type { ChildProcess } from 'node:child_process';", true);
  f("// import { spawn } from 'node:child_process';", true);
  f("import { mock } from 'node:test';", false);
  f("import http from 'node:http';", false);
  f("import { Worker } from 'node:worker_threads';", false);
  f("process.chdir('/');", false);
  f("process.on('exit', end);", false);
  f('const before = process.cpuUsage();', true);
  f('globalThis.devicePixelRatio = 2;', false);
  f('freezePrototypes();', false);
  f("import './x.json' with { type: 'json' };", false);
});

t.test('a file shares a process if all that it imports may', async (t) => {
  const root = t.testdir({
    'good.test.ts': "import { a } from './a.ts';",
    'bad.test.ts': "import { b } from './b.ts';",
    'a.ts': "import { c } from './c.ts';",
    'b.ts': "import { a } from './a.ts';\nimport { far } from './far.ts';",
    'c.ts': "import { a } from './a.ts';",
    'far.ts': "import net from 'node:http';",
  });
  const mayShare = shareable(root);
  t.ok(mayShare('good.test.ts'), 'also where imports go in a circle');
  t.notOk(mayShare('bad.test.ts'));
});
