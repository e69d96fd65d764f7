import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Spool, spoolStart } from '../../agent/spool/spool.ts';
import { recordingLog, reportFrame, schemaFrame } from './agent-machine.ts';

/** Run with a folder on a small file system: fills it under an open spool, frees it again, and prints what happened as JSON. */

const folder = process.argv[2] ?? '';
const { log, lines } = recordingLog();
const spool = await Spool.open({ directory: join(folder, 'spool'), runId: new Uint8Array(16), bootId: 'boot', log });
const append = (sequence: number) => spool.append(schemaFrame(), reportFrame(sequence));
const before = await append(1);

const filler = openSync(join(folder, 'filler'), 'w');
try {
  for (;;) writeSync(filler, Buffer.alloc(4_096));
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
}
// More than what is left of the file's last block.
const appends = Array.from({ length: 200 }, (_, index) => append(index + 2));
await Promise.race([Promise.all(appends), new Promise((resolve) => setTimeout(resolve, 500))]);
const waitingWhileFull = spool.stats.waitingInMemory;

closeSync(filler);
rmSync(join(folder, 'filler'));
appends.push(append(202));
const onDisk = (await Promise.all(appends)).every(Boolean);
await spool.close();

const again = await Spool.open({
  directory: join(folder, 'spool'),
  runId: new Uint8Array(16).fill(1),
  bootId: 'boot',
  log,
});
const sequences: number[] = [];
for (let next = await again.next(spoolStart); next !== undefined; next = await again.next(next.position)) {
  sequences.push(next.report.sequence);
}
process.stdout.write(JSON.stringify({ before, waitingWhileFull, onDisk, sequences, log: lines.join('') }));
