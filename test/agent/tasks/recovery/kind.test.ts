import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Policy } from '../../../../agent/tasks/policy.ts';
import { createAskChild } from '../../../../agent/tasks/recovery/ask-child.ts';
import { createDiscoverKind, createRecoveryKind } from '../../../../agent/tasks/recovery/kind.ts';
import {
  parseRecoveryFinding,
  parseRecoveryListing,
  parseRecoveryTask,
} from '../../../../protocol/wire/recovery-task.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

const allowing = (...allowed: readonly string[]): Policy => ({
  allows: (action) => allowed.includes(action),
  networks: [],
  fault: undefined,
});

function machine(t: Test, ...sources: readonly object[]) {
  const folder = tempDir(t);
  const recoveryFile = join(folder, 'recovery.json');
  writeFileSync(recoveryFile, JSON.stringify({ stateDir: join(folder, 'state'), sources }));
  const dataDir = join(folder, 'agent');
  mkdirSync(dataDir);
  const ask = createAskChild({ dataDir, recoveryFile });
  const filePath = join(folder, 'result');
  const recovery = createRecoveryKind(ask);
  return {
    folder,
    filePath,
    recoveryFile,
    recovery,
    discover: createDiscoverKind(ask),
    list: async (source: string, signal = new AbortController().signal) =>
      parseRecoveryFinding(JSON.stringify(await recovery.run({ source, do: 'list' }, { signal, filePath }))),
  };
}

function repository(t: Test) {
  const folder = tempDir(t);
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    RESTIC_REPOSITORY: join(folder, 'repository'),
    RESTIC_PASSWORD: 'right',
  };
  writeFileSync(join(folder, 'password'), 'right');
  return {
    source: {
      name: 'files',
      tool: 'restic',
      repository: env.RESTIC_REPOSITORY,
      passwordFile: join(folder, 'password'),
      size: true,
    },
    folder,
    env,
    restic: (...args: readonly string[]) => spawnSync('restic', args, { env, timeout: 120_000 }),
  };
}

t.test('without the machine’s leave nothing is looked at', async (t) => {
  const { recovery, discover } = machine(t);
  const task = parseRecoveryTask('{"source":"files","do":"list"}');
  for (const objection of [recovery.objection(task, allowing('check-network')), discover.objection(null, allowing())])
    t.equal(objection, 'The policy of this agent does not allow recovery-read.');
  t.equal(recovery.objection(task, allowing('recovery-read')), undefined);
});

t.test('a repository, and the run that the wrapper saw', async (t) => {
  const { source, restic, env, folder } = repository(t);
  const { list, filePath, recoveryFile } = machine(t, source);
  restic('init');
  const child = new URL('../../../../agent/tasks/recovery/child.ts', import.meta.url).pathname;
  const command = [child, 'backup', 'files', '--', 'restic', 'backup', '--quiet', join(folder, 'password')];
  t.equal(spawnSync(process.execPath, command, { env: { ...env, VIGIA_RECOVERY_FILE: recoveryFile } }).status, 0);
  const finding = await list('files');
  const { points } = parseRecoveryListing(readFileSync(filePath));
  t.match(finding, { state: 'ok', tool: 'restic', points: 1, leftOut: 0, detail: null });
  t.match(points, [{ sizeBytes: 5 }], 'as large as what it would restore');
  t.match(finding.runs, [{ from: 'wrapper', state: 'ended', exitCode: 0, pointIds: [points[0]?.id] }]);
});

t.test('what the file does not name, and what it says wrongly', async (t) => {
  const { list, filePath, recoveryFile } = machine(t, { name: 'files', tool: 'restic', password: 'x' });
  t.match(await list('other'), { state: 'not_configured', tool: null, detail: /names no source other/ });
  t.match(await list('files'), { state: 'misconfigured', tool: 'restic', detail: /"repository"/ });
  chmodSync(recoveryFile, 0o666);
  t.match(await list('files'), { state: 'misconfigured', tool: null, detail: /others than its owner may write it/ });
  t.notOk(existsSync(filePath));
});

t.test('when the task is over, all that it started is', async (t) => {
  const { list, folder } = machine(t, { name: 'files', tool: 'restic', repository: '/none', program: '/bin/false' });
  const program = join(folder, 'program');
  writeFileSync(program, `#!/bin/sh\necho begun > '${folder}/begun'\nsetsid sleep 1000 & sleep 1000\n`);
  chmodSync(program, 0o755);
  writeFileSync(
    join(folder, 'recovery.json'),
    JSON.stringify({ sources: [{ name: 'files', tool: 'restic', repository: '/none', program }] }),
  );
  const over = new AbortController();
  const listed = list('files', over.signal);
  await until('the program runs', () => existsSync(join(folder, 'begun')));
  over.abort();
  t.match(await listed, { state: 'timeout' });
  const mine = () =>
    readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && environOf(pid).includes(`${folder}/agent`));
  await until('nothing of it is left', () => mine().length === 0);
});

t.test('which sources there are', async (t) => {
  const { source } = repository(t);
  const { discover } = machine(t, source);
  const found = await discover.run(null, { signal: new AbortController().signal, filePath: '' });
  t.match(found, { sources: [{ name: 'files', tool: 'restic', where: source.repository }], fault: null });
});

function environOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
