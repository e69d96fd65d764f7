import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import type { ErrorCode } from '../../../protocol/error.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { startVigia, vigia } from '../../support/vigia.ts';

t.setTimeout(400_000);

t.test('what hinders a start: a code, one clear sentence, exit code 1, no stack', async (t) => {
  const dataDir = tempDir(t);
  const f = async (
    name: string,
    environment: Record<string, string>,
    is: ErrorCode,
    sentence: RegExp,
    wrap: readonly string[] = [],
  ) => {
    const { code, stdout, stderr } = await vigia(['server', '--json'], { dataDir, environment, wrap });
    t.match([code, JSON.parse(stdout)], [1, { error: { code: is, message: sentence } }], name);
    t.equal(stderr, `vigia: ${JSON.parse(stdout).error.message}\n`, `${name}: nothing but the sentence`);
  };
  await f(
    'unknown name',
    { VIGIA_PROT: '1' },
    'config_unknown_name',
    /^VIGIA_PROT is not .* Did you mean VIGIA_PORT\?$/,
  );
  await f('bad port', { VIGIA_PORT: '99999' }, 'config_bad_value', /^VIGIA_PORT is "99999": use .* 0 to 65535/);
  await f('plain bind off loopback', { VIGIA_HOST: '0.0.0.0' }, 'plaintext_refused', /^VIGIA_HOST is 0\.0\.0\.0.*TLS/);
  const unknownHost = { VIGIA_HOST: '203.0.113.7', VIGIA_TLS_SELF_SIGNED: '1' };
  await f('no such address', unknownHost, 'address_unavailable', /no address 203\.0\.113\.7/);

  const other = createServer().listen(0, '127.0.0.1');
  t.teardown(() => other.close());
  await new Promise((resolve) => other.once('listening', resolve));
  const { port } = other.address() as { port: number };
  const listening = new RegExp(`Another process listens on 127\\.0\\.0\\.1:${port}\\. .* VIGIA_PORT`);
  await f('port in use', { VIGIA_PORT: String(port) }, 'port_in_use', listening);

  const file = join(tempDir(t), 'file');
  writeFileSync(file, '');
  await f('data folder is a file', { VIGIA_DATA_DIR: file }, 'data_dir_unwritable', /cannot be used: it is a file/);

  // Root writes where it likes, but not to a file system that takes no writes.
  const frozen = tempDir(t);
  const script = 'mount --bind "$1" "$1" && mount -o remount,bind,ro "$1" && shift && exec "$@"';
  const readOnly = ['unshare', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', frozen];
  const inside = { VIGIA_DATA_DIR: join(frozen, 'data') };
  await f('read-only disk', inside, 'data_dir_unwritable', /the file system is read-only/, readOnly);

  const { child } = await startVigia(t, 'server', { dataDir });
  const inUse = new RegExp(`Another Vigia server \\(process ${child.pid}\\) uses the data folder`);
  await f('data folder in use', {}, 'data_dir_in_use', inUse);

  const newer = tempDir(t);
  t.equal((await vigia(['token', 'list'], { dataDir: newer })).code, 0);
  const database = new DatabaseSync(join(newer, 'state.db'));
  database.exec('PRAGMA user_version = 9999');
  database.close();
  await f('newer database', { VIGIA_DATA_DIR: newer }, 'database_newer', /has version 9999/);

  const broken = tempDir(t);
  writeFileSync(join(broken, 'state.db'), randomBytes(8192));
  await f('no database', { VIGIA_DATA_DIR: broken }, 'database_damaged', /state\.db/);
});
