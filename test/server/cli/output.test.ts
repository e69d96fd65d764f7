import { spawnSync } from 'node:child_process';
import t from 'tap';
import { createOutput, table } from '../../../server/cli/output.ts';
import { runProgram } from '../../../server/cli/program.ts';
import { tempDir } from '../../support/temp-dir.ts';

const client = 'Acme\u202E(moc.emca)';
const site = '\u05DE\u05E9\u05E8\u05D3 1';

/** Runs a command on the data folder inside this process, and catches what it writes. */
async function run(dataDir: string, ...args: string[]) {
  process.env.VIGIA_DATA_DIR = dataDir;
  const caught = { stdout: '', stderr: '' };
  const into = (name: keyof typeof caught) => ({
    write: (text: string) => {
      caught[name] += text;
    },
  });
  const code = await runProgram(args, { stdout: into('stdout'), stderr: into('stderr') });
  return { code, ...caught };
}

t.setTimeout(400_000);

t.test('names reorder no line of the command line', async (t) => {
  const dataDir = tempDir(t);
  const made = await run(dataDir, 'token', 'create', '--client', client, '--site', site);
  t.equal(made.code, 0, made.stderr);
  t.match(made.stderr, `join Acme[U+202E](moc.emca), \u2068${site}\u2069 until`);
  const ask = ['maintenance', 'list', '--client', '\u202Ex'];
  t.match((await run(dataDir, ...ask)).stderr, 'There is no client called "[U+202E]x".');
  const { stdout } = await run(dataDir, ...ask, '--json');
  t.match(JSON.parse(stdout).error.message, 'There is no client called "[U+202E]x".');
});

t.test('what a result holds acts on no terminal', (t) => {
  let written = '';
  const stream = {
    write: (text: string) => {
      written += text;
    },
  };
  const output = createOutput({ stdout: stream, stderr: stream }, false);
  output.result({}, 'a\u001B[2Jb\u202Ec\nd');
  output.say('\u2067e');
  t.equal(written, 'a[U+001B][2Jb[U+202E]c\nd\n[U+2067]e\n');
  written = '';
  createOutput({ stdout: stream, stderr: stream }, true).result({ name: 'b\u202Ec' }, '');
  t.equal(written, '{"name":"b\\u202ec"}\n');
  t.end();
});

t.test('columns stay columns', (t) => {
  const rows = [
    ['db-1', 'one'],
    ['\u05E9\u05E8', 'two'],
    ['a\u2069', 'three'],
  ];
  t.equal(
    table(['NAME', 'X'], rows),
    'NAME       X\ndb-1       one\n\u2068\u05E9\u05E8\u2069         two\na[U+2069]  three',
  );
  t.end();
});

t.test('no line of the log is reordered, and it says the same', (t) => {
  const log = new URL('../../../server/cli/log.ts', import.meta.url).href;
  const run = (isForPerson: boolean) => {
    const name = JSON.stringify('db\u202E1\u001B[2J');
    const source = `import { createLogger } from ${JSON.stringify(log)};
      createLogger('info', ${isForPerson}).info({ device: ${name} }, 'heard of %s', ${name});`;
    return spawnSync(process.execPath, ['--input-type=module', '-e', source], { encoding: 'utf8' }).stderr;
  };
  const line = run(false);
  t.match(line, 'db\\u202e1');
  t.notMatch(line, /[\u202A-\u202E\u2066-\u2069\p{Cc}]./u);
  t.equal(JSON.parse(line).device, 'db\u202E1\u001B[2J');
  t.match(run(true), 'heard of db[U+202E]1[U+001B][2J\n');
  t.end();
});
