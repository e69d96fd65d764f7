import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { tempDir } from '../../../support/temp-dir.ts';

/** The program of the package's README, run in a copy of the package that has nothing else of this repository beside it. */

const folder = fileURLToPath(new URL('../../../../server/platform/series', import.meta.url));
const [, program = ''] = /^```ts\n([\s\S]*?)^```$/m.exec(readFileSync(join(folder, 'README.md'), 'utf8')) ?? [];
const [, said = ''] = /console\.log\(.*\n\/\/ (.+)$/m.exec(program) ?? [];

t.test('it does what it says, by itself', async (t) => {
  t.ok(program.trimEnd().split('\n').length <= 30, `${program.trimEnd().split('\n').length} lines`);
  const alone = tempDir(t);
  const temporary = join(alone, 'tmp');
  mkdirSync(temporary);
  cpSync(folder, join(alone, 'series'), { recursive: true });
  writeFileSync(join(alone, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(alone, 'series', 'readme.ts'), program);
  // Without tap's loader, which it gives to whatever a test starts.
  const without = ['-u', 'NODE_OPTIONS', `TMPDIR=${temporary}`, process.execPath];
  const { stdout } = await promisify(execFile)('env', [...without, join(alone, 'series', 'readme.ts')]);
  t.equal(stdout, `${said}\n`);
});
