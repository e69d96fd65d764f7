import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { tempDir } from '../../support/temp-dir.ts';

t.test('a full disk: reports wait in memory, and none is lost when there is room again', async (t) => {
  const child = fileURLToPath(new URL('../../support/agent-full-disk.ts', import.meta.url));
  const script = 'mount -t tmpfs -o size=256k none "$1" && exec "$2" "$3" "$1"';
  const output = execFileSync('unshare', ['-rm', 'sh', '-c', script, 'sh', tempDir(t), process.execPath, child], {
    encoding: 'utf8',
    timeout: 300_000,
  });
  const { before, waitingWhileFull, onDisk, sequences, log } = JSON.parse(output);
  t.equal(before, true);
  t.ok(waitingWhileFull > 100, `${waitingWhileFull} waited`);
  t.equal(onDisk, true);
  t.same(
    sequences,
    Array.from({ length: 202 }, (_, index) => index + 1),
  );
  t.match(log, /cannot be written.*ENOSPC/);
  t.match(log, /can be written again/);
  t.notMatch(log, /damaged/, 'the torn end of the failed write was written over');
});
