import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keepPrivate } from '../../../../server/platform/files/private-folder.ts';
import { spoken } from '../../../support/spoken.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { startVigia } from '../../../support/vigia.ts';

t.setTimeout(400_000);
const modeOf = (path: string): string => (lstatSync(path).mode & 0o777).toString(8);

t.test('a folder and its files are closed, and nothing outside of it is touched', async (t) => {
  const outside = join(tempDir(t), 'outside');
  writeFileSync(outside, 'x');
  chmodSync(outside, 0o644);
  const folder = tempDir(t);
  for (const [name, mode] of [
    ['series.db', 0o644],
    ['state.db-wal', 0o666],
    ['key', 0o400],
  ] as const) {
    writeFileSync(join(folder, name), 'x');
    chmodSync(join(folder, name), mode);
  }
  mkdirSync(join(folder, 'agent'));
  chmodSync(join(folder, 'agent'), 0o755);
  symlinkSync(outside, join(folder, 'link'));
  chmodSync(folder, 0o755);

  t.equal(keepPrivate(folder), null);
  t.equal(modeOf(folder), '700');
  const modes = ['series.db', 'state.db-wal', 'key', 'agent'].map((name) => modeOf(join(folder, name)));
  t.same(modes, ['600', '600', '400', '700']);
  t.equal(modeOf(outside), '644');
  writeFileSync(join(folder, 'new'), 'x');
  t.equal(modeOf(join(folder, 'new')), '600', 'what is made afterwards is closed too');
});

t.test('what cannot be closed is told', async (t) => {
  t.match(spoken(keepPrivate('/proc/self/fdinfo')), /Other users of this machine may read \/proc\/self\/fdinfo.*chmod/);
});

t.test('a folder may be a link, whose own mode says nothing', async (t) => {
  const folder = tempDir(t);
  chmodSync(folder, 0o755);
  const link = join(tempDir(t), 'data');
  symlinkSync(folder, link);
  t.equal(keepPrivate(link), null);
  t.equal(modeOf(folder), '700');
});

t.test('a running server leaves nothing open, in a folder that was', async (t) => {
  const dataDir = tempDir(t);
  chmodSync(dataDir, 0o755);
  // As somebody runs it whose umask is the usual one.
  const before = process.umask(0o022);
  t.teardown(() => process.umask(before));
  const first = await startVigia(t, 'server', { dataDir });
  await first.stop();
  for (const name of readdirSync(dataDir)) chmodSync(join(dataDir, name), 0o644);
  chmodSync(dataDir, 0o755);
  const server = await startVigia(t, 'server', { dataDir });
  const names = readdirSync(dataDir);
  t.ok(names.includes('series.db') && names.includes('series.db-wal') && names.includes('state.db-shm'));
  t.same(
    names.filter((name) => (statSync(join(dataDir, name)).mode & 0o077) !== 0),
    [],
  );
  t.equal(modeOf(dataDir), '700');
  t.match(await server.stop(), { code: 0 });
});
