import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { Spool, spoolStart } from '../../../agent/spool/spool.ts';
import { recordingLog } from '../../support/agent-machine.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const writer = fileURLToPath(new URL('../../support/agent-spool-writer.ts', import.meta.url));

t.test('kill -9 at random moments loses nothing that append() promised', async (t) => {
  const directory = join(tempDir(t), 'spool');
  let kept = 0;
  for (let round = 0; round < 12; round += 1) {
    const run = randomBytes(16).toString('hex');
    const saidPath = join(tempDir(t), 'said');
    const child = spawn(process.execPath, [writer, directory, run, saidPath], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await until('it has appended', () => existsSync(saidPath) && statSync(saidPath).size > 0);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    child.kill('SIGKILL');
    await once(child, 'close');

    const output = readFileSync(saidPath, 'utf8');
    const said = output.split('\n').filter(Boolean).map(Number);
    const acknowledged = new Set(said.filter((one) => one < 0).map((one) => -one));
    const promised = said.filter((one) => one > 0);
    const { log } = recordingLog();
    const spool = await Spool.open({ directory, runId: randomBytes(16), bootId: 'boot', log });
    const found = new Set<number>();
    for (let next = await spool.next(spoolStart); next !== undefined; next = await spool.next(next.position)) {
      if (next.runId === run) found.add(next.report.sequence);
    }
    const lost = promised.filter((sequence) => !found.has(sequence) && !acknowledged.has(sequence));
    t.same(lost, [], `round ${round}: ${promised.length} promised, ${found.size} found`);
    kept += found.size;
    spool.acknowledge(run, [[0, Number.MAX_SAFE_INTEGER]]);
    await spool.close();
  }
  t.ok(kept > 0);
});
