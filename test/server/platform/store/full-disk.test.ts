import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('a full disk: nothing is half written, reading goes on, and freed space is enough to recover', async (t) => {
  const child = fileURLToPath(new URL('../../../support/full-disk.ts', import.meta.url));
  const folder = tempDir(t);
  const script = 'mount -t tmpfs -o size=1m none "$1" && exec "$2" "$3" "$1"';
  const output = execFileSync('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, process.execPath, child], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  t.same(JSON.parse(output), {
    commit: 'disk full',
    transaction: 'disk full',
    another: 'disk full',
    whileFull: 1,
    reopened: 1,
    written: 'disk full',
    recovered: 'written',
    afterwards: 3,
  });
});
