import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import t from 'tap';
import { CursorKeeper } from '../../../server/watch/cursor-keeper.ts';
import { tempDir } from '../../support/temp-dir.ts';

t.test('the journal is kept while a backup is made, and goes afterwards', async (t) => {
  const dataDir = tempDir(t);
  for (const name of ['state.db', 'series.db']) new DatabaseSync(join(dataDir, name)).exec('CREATE TABLE fact (n)');
  writeFileSync(join(dataDir, 'identity.key'), 'the identity');
  const released: number[] = [];
  let position = 7;
  const copying = Promise.withResolvers<void>();
  const mayEnd = Promise.withResolvers<void>();
  const series = {
    release: (at: number) => void released.push(at),
    backup: async (to: string) => {
      copying.resolve();
      await mayEnd.promise;
      new DatabaseSync(to).exec('CREATE TABLE fact (n)');
      return position;
    },
  };
  const watch = { snapshot: async () => position };
  const keeper = new CursorKeeper({ series, watch, dataDir, version: '1.2.3', now: () => 0 });
  await keeper.save();
  t.same(released, [7]);

  const file = join(tempDir(t), 'vigia.tar');
  const backup = keeper.backup(file);
  await copying.promise;
  position = 8;
  await keeper.save();
  t.same(released, [7], 'the copy of the state may be older than this');
  mayEnd.resolve();
  await backup;
  t.ok(existsSync(file));
  await keeper.save();
  t.same(released, [7, 8]);

  await t.rejects(keeper.backup(file), { code: 'conflict' });
  position = 9;
  await keeper.save();
  t.same(released, [7, 8, 9], 'also after a backup that failed');
});
