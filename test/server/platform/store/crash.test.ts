import { fork } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openStore } from '../../../../server/platform/store/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';

t.test('kill -9 at a random commit: what was acknowledged is there, and nothing is half there', async (t) => {
  const child = fileURLToPath(new URL('../../../support/commit-for-ever.ts', import.meta.url));
  for (let round = 0; round < 8; round += 1) {
    const path = join(tempDir(t), 'vigia.db');
    const writer = fork(child, [path]);
    const ended = once(writer, 'exit');
    const killAt = randomInt(1, 200);
    let acknowledged = 0;
    writer.on('message', (number: number) => {
      acknowledged = number;
      if (number === killAt) writer.kill('SIGKILL');
    });
    await ended;
    const store = await openStore({ path, clock: Date.now });
    const [left, right] = [await store.settings.get('left'), await store.settings.get('right')];
    await store.close();
    t.equal(left, right, 'both or none');
    t.ok((left as number) >= acknowledged, `${left} is there, ${acknowledged} was acknowledged`);
  }
});
