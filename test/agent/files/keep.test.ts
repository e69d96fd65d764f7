import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { keepFile } from '../../../agent/files/keep.ts';
import { tempDir } from '../../support/temp-dir.ts';

t.test('a file is replaced whole, for its owner only', async (t) => {
  const directory = tempDir(t);
  const path = join(directory, 'note');
  await keepFile(path, 'old');
  await keepFile(path, 'new');
  t.equal(readFileSync(path, 'utf8'), 'new');
  t.equal(statSync(path).mode & 0o777, 0o600);
  t.same(readdirSync(directory), ['note']);
});

t.test('what cannot be kept leaves nothing behind', async (t) => {
  const directory = tempDir(t);
  const path = join(directory, 'note');
  mkdirSync(path);
  await t.rejects(keepFile(path, 'new'), { code: 'EISDIR' });
  t.same(readdirSync(directory), ['note']);
  await t.rejects(keepFile(join(directory, 'nowhere', 'note'), 'new'), { code: 'ENOENT' });
});
