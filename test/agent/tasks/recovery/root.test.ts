import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { askRoot } from '../../../../agent/tasks/recovery/ask-root.ts';
import { parseConfig } from '../../../../agent/tasks/recovery/config.ts';
import { faulty } from '../../../../agent/tasks/recovery/look.ts';
import { serveRoot } from '../../../../agent/tasks/recovery/serve-root.ts';
import { tempDir } from '../../../support/temp-dir.ts';

/** The agent is somebody else, where this may be root. */
const isRoot = process.geteuid?.() === 0;
const AGENT = 54_321;

function machine(t: Test, config = {}) {
  const folder = tempDir(t);
  chmodSync(folder, 0o755);
  const data = join(folder, 'agent');
  const requests = join(data, 'recovery-requests');
  const results = join(folder, 'results');
  const root = { tool: 'restic', repository: '/none', root: true };
  const sources = [
    { name: 'files', ...root },
    { name: 'passwd', ...root },
    { name: 'own', ...root, root: false },
  ];
  const parsed = parseConfig(JSON.stringify({ stateDir: folder, sources, ...config }));
  for (const one of [data, requests, results]) mkdirSync(one);
  chmodSync(results, 0o750);
  const own = () => {
    if (isRoot) for (const one of [data, requests]) chownSync(one, AGENT, AGENT);
  };
  own();
  const looked: string[] = [];
  const said: string[] = [];
  let bootMs = 1_000_000;
  return {
    folder,
    requests,
    results,
    looked,
    said,
    own,
    pass: (ms: number) => {
      bootMs += ms;
    },
    ask: (name: string) => writeFileSync(join(requests, name), ''),

    serve: (look = async (_name: string): Promise<void> => undefined) =>
      serveRoot({
        config: parsed,
        requestsDir: requests,
        resultsDir: results,
        look: async ({ name, tool }) => {
          looked.push(name);
          await look(name);
          return faulty('wrong_password', 'no', 5, tool);
        },
        bootMs: () => bootMs,
        bootId: 'this boot',
        say: (sentence) => said.push(sentence),
      }),
    askAs: (name: string, { bootId = 'this boot', waitMs = 500 } = {}) =>
      askRoot(parsed.sources.get(name) as Parameters<typeof askRoot>[0], {
        requestsDir: requests,
        resultsDir: results,
        bootMs: () => bootMs,
        bootId,
        nowMs: () => 7,
        untilMs: performance.now() + waitMs,
        signal: new AbortController().signal,
      }),
  };
}

t.test('a name is looked at, and what was found is for the group of the folder alone', async (t) => {
  const { ask, serve, looked, requests, results } = machine(t);
  ask('files');
  await serve();
  t.same([looked, readdirSync(requests), readdirSync(results)], [['files'], [], ['files.json']]);
  const { mode, gid } = statSync(join(results, 'files.json'));
  t.same([mode & 0o777, gid], [0o640, statSync(results).gid]);
  t.match(JSON.parse(readFileSync(join(results, 'files.json'), 'utf8')), {
    bootId: 'this boot',
    finding: { state: 'wrong_password' },
  });
});

t.test('nothing but names of root’s own sources is taken', async (t) => {
  const { ask, serve, looked, requests, said } = machine(t);
  const names = [
    'own',
    'other',
    'files.json',
    '-rf',
    '..files',
    '__proto__',
    'constructor',
    'x'.repeat(200),
    'a b',
    'files\n',
  ];
  for (const name of names) ask(name);
  writeFileSync(Buffer.concat([Buffer.from(`${requests}/`), Buffer.of(0xff, 0xfe)]), '');
  await serve();
  t.same([looked, readdirSync(requests)], [[], []], 'and all of it is gone, so that nobody is woken for it again');
  t.match(said.join('\n'), /"own", which is no source for root/);
});

t.test('links, folders, pipes and sockets of the agent are taken away, and nothing behind them', async (t) => {
  const { serve, looked, requests, folder } = machine(t);
  const precious = join(folder, 'precious');
  mkdirSync(precious);
  writeFileSync(join(precious, 'files'), 'precious');
  symlinkSync(join(precious, 'files'), join(requests, 'files'));
  symlinkSync(precious, join(requests, 'passwd'));
  mkdirSync(join(requests, 'folder'));
  spawnSync('mkfifo', [join(requests, 'pipe')]);
  await serve();
  t.same([looked, readdirSync(requests)], [[], []]);
  linkSync(join(precious, 'files'), join(requests, 'files'));
  await serve();
  t.same([looked, readdirSync(requests)], [['files'], []], 'a hard link is a name, and its content is never read');
  t.equal(readFileSync(join(precious, 'files'), 'utf8'), 'precious');
});

t.test('a folder that the agent puts in the place of its own is not followed', async (t) => {
  const { serve, requests, folder, looked, ask } = machine(t);
  const etc = join(folder, 'etc');
  mkdirSync(etc);
  writeFileSync(join(etc, 'passwd'), 'root');
  t.test('a link, beforehand', async (t) => {
    renameSync(requests, `${requests}.aside`);
    symlinkSync(etc, requests);
    await t.rejects(serve(), { code: 'ENOTDIR' });
    rmSync(requests);
    renameSync(`${requests}.aside`, requests);
  });
  t.test('a link, while root is at work', async (t) => {
    ask('files');
    await serve(async (name) => {
      if (name !== 'files') return;
      ask('passwd');
      renameSync(requests, `${requests}.aside`);
      symlinkSync(etc, requests);
    });
    t.same(looked, ['files', 'passwd'], 'it goes on in the folder that it opened');
    t.equal(readFileSync(join(etc, 'passwd'), 'utf8'), 'root');
    rmSync(requests);
    renameSync(`${requests}.aside`, requests);
  });
  if (isRoot)
    t.test('a folder of root', async (t) => {
      rmSync(requests, { recursive: true });
      renameSync(etc, requests);
      await t.rejects(serve(), { message: /belongs to root; it is to be a folder of the agent's user/ });
      t.equal(readFileSync(join(requests, 'passwd'), 'utf8'), 'root');
    });
});

t.test('results go into root’s own folder only, and over no link', async (t) => {
  const { serve, results, folder, ask } = machine(t);
  writeFileSync(join(folder, 'target'), 'as it was');
  symlinkSync(join(folder, 'target'), join(results, 'files.json'));
  symlinkSync(join(folder, 'target'), join(results, 'files.json.tmp'));
  ask('files');
  await serve();
  t.equal(readFileSync(join(folder, 'target'), 'utf8'), 'as it was');
  t.match(readFileSync(join(results, 'files.json'), 'utf8'), 'wrong_password');
  ask('files');
  chmodSync(results, 0o770);
  await t.rejects(serve(), { message: /is not root's alone/ });
});

t.test('a flood is taken away in turns, and each source looked at once', async (t) => {
  const { serve, requests, looked, ask } = machine(t);
  for (let n = 0; n < 3_000; n += 1) ask(`flood-${n}`);
  ask('files');
  await serve();
  t.same([looked, readdirSync(requests)], [['files'], []]);
});

t.test('whoever asks again and again is given what was found a moment ago', async (t) => {
  const { serve, looked, ask, pass } = machine(t);
  for (const after of [0, 10_000, 25_000]) {
    pass(after);
    ask('files');
    await serve();
  }
  t.equal(looked.length, 2);
});

t.test('the agent waits for what is new, and says what is missing', async (t) => {
  const { serve, askAs, pass, requests, results } = machine(t);
  t.match(await askAs('files'), { finding: { state: 'timeout', detail: /vigia-recovery\.service/ } }, 'nobody answers');
  t.same(readdirSync(requests), [], 'nobody wants it any more');
  const asked = askAs('files', { waitMs: 60_000 });
  while (readdirSync(requests).length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await serve();
  t.match(await asked, { finding: { state: 'wrong_password' } });
  pass(60_000);
  t.match(await askAs('files'), { finding: { state: 'timeout' } }, 'what is there is a minute old');
  pass(-60_000);
  t.match(await askAs('files', { bootId: 'another' }), { finding: { state: 'timeout' } }, 'of another boot');
  writeFileSync(join(results, 'files.json'), '{"begunBootMs"');
  t.match(await askAs('files'), { finding: { state: 'timeout' } }, 'half');
  rmSync(results, { recursive: true });
  t.match(await askAs('files'), { finding: { state: 'not_permitted', detail: /--recovery-as-root/ } });
  t.notOk(existsSync(results));
});
