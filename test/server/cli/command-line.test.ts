import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { runProgram } from '../../../server/cli/program.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';
import { startVigia, type VigiaResult, vigia } from '../../support/vigia.ts';

/** Runs a command inside this process, which is quicker; its result and its sentences are caught. */
async function run(line: string, dataDir?: string): Promise<VigiaResult> {
  if (dataDir !== undefined) process.env.VIGIA_DATA_DIR = dataDir;
  let [stdout, stderr] = ['', ''];
  const code = await runProgram(line === '' ? [] : line.split(' '), {
    stdout: {
      write: (text: string) => {
        stdout += text;
      },
    },
    stderr: {
      write: (text: string) => {
        stderr += text;
      },
    },
  });
  return { code, stdout, stderr };
}

t.test('help and version', async (t) => {
  const help = await vigia(['--help'], { dataDir: tempDir(t) });
  t.match(help, { code: 0, stderr: '', stdout: /^Usage:\n {2}vigia up\n[\s\S]*vigia token create --client NAME/ });
  t.match(await run('token create --help'), { code: 0, stdout: /^Usage:\n {2}vigia token create/ });
  t.match(await run('--version'), { code: 0, stdout: /^\d+\.\d+\.\d+\n$/ });
});

t.test('a wrong command line: a sentence and exit code 2', async (t) => {
  const f = async (line: string, sentence: RegExp) => {
    const { code, stdout, stderr } = await run(line);
    t.strictSame([code, stdout], [2, ''], line);
    t.match(stderr, sentence);
    t.match(stderr, 'vigia --help');
    t.notMatch(stderr, /^ +at /m, 'no stack');
  };
  await f('', /A command is missing/);
  await f('sever', /There is no command "sever"\. Did you mean server\?/);
  await f('token', /There is: token create, token list, token revoke/);
  await f('token create', /--client is missing/);
  await f('token create --client A --site B --kind toaster', /--kind is one of server, workstation, not "toaster"/);
  await f('token create --client A --site B --uses none', /--uses is a whole number/);
  await f('token create --client A --site B --expires never', /--expires is a time .* such as 30m/);
  await f('token create --colour red', /--colour/);
  await f('token revoke', /It is: vigia token revoke ID/);
  await f('user create --email a@x.test --role admin', /--password-stdin/);
  await f('user create --email a@x.test --role king --password-stdin', /--role is one of/);
});

t.test('planned work on the command line', async (t) => {
  const dataDir = join(tempDir(t), 'new');
  await run('token create --client Acme --site HQ', dataDir);
  const line =
    'maintenance create --client acme --title Patches --start 2031-03-09T02:00 --for 2h --zone America/New_York';
  const weekly = await run(`${line} --site hq --repeat FREQ=WEEKLY;BYDAY=SU`, dataDir);
  t.match(weekly, {
    code: 0,
    stderr: /next window is 2031-03-09T07:00:00\.000Z to 2031-03-09T09:00:00\.000Z\. Declared at/,
  });
  t.match(weekly.stderr, /skips 02:00: the window starts at 03:00/);
  const id = weekly.stdout.trim();
  const { items } = JSON.parse((await run('maintenance list --client Acme --json', dataDir)).stdout);
  t.match(items, [{ id, createdBy: 'command line', target: { kind: 'site' }, next: { excludes: true } }]);
  t.match(
    (await run('maintenance list', dataDir)).stdout,
    new RegExp(`^ID .*\n${id}  Patches  site .* excludes$`, 'm'),
  );
  t.match(await run(`maintenance cancel ${id}`, dataDir), { code: 0, stdout: `Cancelled ${id}.\n` });
  t.match(await run(`maintenance cancel ${id}`, dataDir), { code: 1, stderr: /was cancelled/ });
  t.same(JSON.parse((await run('maintenance list --json', dataDir)).stdout).items, []);

  const refusals: [string, number, RegExp][] = [
    [`${line} --site hq --tag db`, 2, /covers one thing/],
    [line.replace('2h', '90s'), 2, /--for is a time in whole minutes/],
    [line.replace('T02:00', ''), 2, /--start is a local time/],
    [line.replace('acme', 'nobody'), 1, /no client called "nobody"/],
    [`${line} --site nowhere`, 1, /no site called "nowhere"/],
    [`${line} --device nothing`, 1, /no device called "nothing"/],
    [`${line} --repeat FREQ=SECONDLY`, 1, /cannot recur secondly/],
  ];
  for (const [wrong, code, sentence] of refusals)
    t.match(await run(wrong, dataDir), { code, stdout: '', stderr: sentence });
});

t.test('without a server the commands open the store themselves; secrets stand alone on standard output', async (t) => {
  const dataDir = join(tempDir(t), 'new');
  const token = await run('token create --client Acme --site HQ --uses 3', dataDir);
  t.match(token, { code: 0, stdout: /^vig1_[\w-]{22}_[\w-]{43}\n$/, stderr: /lets 3 machines join Acme, HQ until/ });

  const list = JSON.parse((await run('token list --json', dataDir)).stdout);
  t.match(list, { items: [{ usesLeft: 3, createdBy: 'cli' }], next: null });
  const { id } = list.items[0];
  t.match((await run('token list', dataDir)).stdout, new RegExp(`^ID +KIND +USES LEFT +EXPIRES\n${id}  server  3`));
  t.match(await run(`token revoke ${id}`, dataDir), { code: 0, stdout: `Revoked ${id}.\n` });
  t.match(await run(`token revoke ${id}`, dataDir), { code: 1, stdout: '' });

  const user = ['user', 'create', '--email', 'Ada@x.test', '--role', 'admin', '--password-stdin'];
  t.match(await vigia(user, { dataDir, input: 'short\n' }), { code: 1, stdout: '', stderr: /password.*12/ });
  t.match(await vigia(user, { dataDir, input: 'correct horse battery\n' }), {
    code: 0,
    stdout: 'Created the admin ada@x.test.\n',
  });
  t.match(await vigia([...user, '--json'], { dataDir, input: 'correct horse battery' }), {
    code: 1,
    stdout: /^\{"error":\{"code":"conflict"/,
  });

  const key = await run('apikey create --role metrics --client acme', dataDir);
  t.match(key, { code: 0, stdout: /^vigk_[\w-]{43}\n$/ });
  t.match(await run('apikey create --role metrics --client Nobody', dataDir), {
    code: 1,
    stdout: '',
    stderr: 'vigia: There is no client called "Nobody".\n',
  });
});

t.test('with a server they go through it', async (t) => {
  const dataDir = tempDir(t);
  const server = await startVigia(t, 'server', { dataDir });
  t.match(server.firstRunLink, new RegExp(`^${server.address}/first-run#token=[\\w-]{43}$`));
  const created = await vigia(['token', 'create', '--client', 'Acme', '--site', 'HQ', '--json'], { dataDir });
  t.match(JSON.parse(created.stdout), { commands: { enrollCommand: new RegExp(`--server ${server.address} `) } });

  const key = (await vigia(['apikey', 'create', '--role', 'admin'], { dataDir })).stdout.trim();
  const ask = async (path: string) => {
    const response = await fetch(server.address + path, { headers: { authorization: `Bearer ${key}` } });
    return response.json();
  };
  t.match(await ask('/api/v1/overview'), { clients: [{ name: 'Acme' }], sites: [{ name: 'HQ' }] });

  const user = ['user', 'create', '--email', 'ada@x.test', '--role', 'admin', '--password-stdin'];
  t.match(await vigia(user, { dataDir, input: 'correct horse battery' }), { code: 0 });
  const link = await run('user reset-link --email ada@x.test', dataDir);
  t.match(link, { code: 0, stdout: new RegExp(`^${server.address}/reset-password#token=[\\w-]{43}\n$`) });
  t.match(link.stderr, /works once, until 20/);
  t.match(await run('user reset-link --email nobody@x.test', dataDir), {
    code: 1,
    stdout: '',
    stderr: /nobody@x\.test/,
  });
  const doctor = await vigia(['doctor', '--json'], { dataDir });
  const { findings } = JSON.parse(doctor.stdout.split('\n', 1)[0] ?? '');
  t.match(
    findings.find(({ subject }: { subject: string }) => subject === 'server'),
    { verdict: 'ok', sentence: new RegExp(`listens at ${server.address}`) },
  );
  t.match(
    findings.find(({ subject }: { subject: string }) => subject === 'accounts'),
    { verdict: 'ok', sentence: /^1 person/ },
  );
  t.strictSame(await server.stop('SIGTERM'), { code: 0, signal: null }, 'SIGTERM ends it well');
  t.match(await vigia(['token', 'list'], { dataDir }), { code: 0 }, 'then the folder is free');
});

t.test('a signal while the server starts ends it well too', async (t) => {
  const dataDir = tempDir(t);
  const isStarting = () => existsSync(join(dataDir, 'state.db'));
  const { code, stderr } = await vigia(['server'], {
    dataDir,
    meanwhile: async (child) => {
      await until('it to open its files', isStarting);
      child.kill('SIGTERM');
    },
  });
  t.equal(code, 0);
  t.match(stderr, '"msg":"stopping"');
});
