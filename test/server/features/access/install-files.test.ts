import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t from 'tap';
import { checksumLines, createInstallFiles } from '../../../../server/features/access/install-files.ts';
import { createRuntimeMaker } from '../../../../server/features/access/runtime-maker.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const always = [
  'deploy/agent.sh',
  'deploy/vigia-agent.service',
  'deploy/vigia-recovery.path',
  'deploy/vigia-recovery.service',
  'dist/agent/vigia-agent.mjs',
  'dist/agent/inventory-child.mjs',
  'dist/agent/recovery-child.mjs',
];

function installation(t: Parameters<typeof tempDir>[0]) {
  const root = tempDir(t);
  const write = (path: string, text = path) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of always) write(path);
  const runtimes = createRuntimeMaker({ make: async (platform) => write(`dist/runtime/node-${platform}.gz`) });
  return { root, write, files: createInstallFiles(root, '1.2.3', runtimes) };
}

t.test('the manifest for a platform holds all that it needs', async (t) => {
  const { files } = installation(t);
  const now = await files.manifest();
  t.same(Object.keys(now.files).sort(), [
    'agent.sh',
    'inventory-child.mjs',
    'recovery-child.mjs',
    'vigia-agent.mjs',
    'vigia-agent.service',
    'vigia-recovery.path',
    'vigia-recovery.service',
  ]);
  const manifest = await files.manifest('linux-arm64');
  t.equal(manifest.version, '1.2.3');
  t.match(manifest.files['node-linux-arm64.gz'], { sha256: /^[0-9a-f]{64}$/, sizeBytes: 32 });
  t.notOk(manifest.files['node-linux-x64.gz'], 'and no other');
});

t.test('a shell can check it', async (t) => {
  const { root, files } = installation(t);
  const lines = checksumLines(await files.manifest('linux-x64'));
  t.match(lines, /^# \d+ bytes\n/);
  const flat = tempDir(t);
  for (const name of lines.match(/\S+$/gm)?.slice(1) ?? []) {
    execFileSync('cp', [await files.find(name), flat]);
  }
  const output = execFileSync('sha256sum', ['-c'], { cwd: flat, input: lines, encoding: 'utf8' });
  t.equal(output.match(/: OK$/gm)?.length, 8);
  t.ok((await files.find('agent.sh')).startsWith(root));
});

t.test('a file that changed has another checksum', async (t) => {
  const { files, write } = installation(t);
  const before = (await files.manifest()).files['vigia-agent.mjs'];
  write('dist/agent/vigia-agent.mjs', 'the next version');
  t.not((await files.manifest()).files['vigia-agent.mjs']?.sha256, before?.sha256);
});

t.test('what is not there', async (t) => {
  const { root } = installation(t);
  const runtimes = createRuntimeMaker({ make: async () => undefined });
  const files = createInstallFiles(join(root, 'elsewhere'), '1', runtimes);
  t.same(await files.manifest(), { version: '1', files: {} });
  await t.rejects(files.manifest('linux-x64'), { code: 'artifact_missing', message: /deploy\/agent\.sh/ });
  await t.rejects(files.find('vigia-agent.mjs'), { code: 'artifact_missing', message: /npm run build/ });
  await t.rejects(files.find('passwd'), { code: 'artifact_missing', message: /"passwd"/ });
});
