import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { tempDir } from '../../support/temp-dir.ts';
import { startVigia, vigia } from '../../support/vigia.ts';

t.test('what hinders a start: one clear sentence, exit code 1, no stack', async (t) => {
  const dataDir = tempDir(t);
  const f = async (name: string, environment: Record<string, string>, sentence: RegExp) => {
    const { code, stdout, stderr } = await vigia(['server'], { dataDir, environment });
    t.strictSame([code, stdout], [1, ''], name);
    const lines = stderr.trimEnd().split('\n');
    t.equal(lines.length, 1, `${name}: ${stderr}`);
    t.match(lines[0], sentence);
  };
  await f(
    'unknown name',
    { VIGIA_PROT: '1' },
    /^vigia: VIGIA_PROT is not a setting of Vigia\. Did you mean VIGIA_PORT\?$/,
  );
  await f('bad port', { VIGIA_PORT: '99999' }, /^vigia: VIGIA_PORT is "99999"/);
  await f('plain bind off loopback', { VIGIA_HOST: '0.0.0.0' }, /^vigia: VIGIA_HOST is 0\.0\.0\.0.*TLS/);
  await f('no such address', { VIGIA_HOST: '203.0.113.7', VIGIA_TLS_SELF_SIGNED: '1' }, /no address 203\.0\.113\.7/);

  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  await f(
    'port in use',
    { VIGIA_PORT: String(port) },
    new RegExp(`Another process listens on 127\\.0\\.0\\.1:${port}`),
  );

  const file = join(tempDir(t), 'file');
  writeFileSync(file, '');
  await f('data folder is a file', { VIGIA_DATA_DIR: file }, /data folder .* cannot be used/);

  await startVigia(t, 'server', { dataDir });
  await f('data folder in use', {}, /Another Vigia server \(process \d+\) uses the data folder/);

  const newer = tempDir(t);
  t.equal((await vigia(['token', 'list'], { dataDir: newer })).code, 0);
  const database = new DatabaseSync(join(newer, 'state.db'));
  database.exec('PRAGMA user_version = 9999');
  database.close();
  await f('newer database', { VIGIA_DATA_DIR: newer }, /has version 9999/);
});
