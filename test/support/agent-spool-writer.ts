import { openSync, writeSync } from 'node:fs';
import { Spool } from '../../agent/spool/spool.ts';
import { machineMetrics, recordingLog, reportFrame, schemaFrame } from './agent-machine.ts';

/**
 * A process that appends to the spool in the folder it is given as fast as it can, and says so: a line `SEQUENCE` after each
 * append that resolved, until it is killed. Every third report it takes as acknowledged and says `-SEQUENCE` beforehand. It says
 * so in a file: what waits for the reader of a pipe dies with the process.
 */
const [directory = '', run = '', saidPath = ''] = process.argv.slice(2);
const said = openSync(saidPath, 'w');
const spool = await Spool.open({
  directory,
  runId: Buffer.from(run, 'hex'),
  bootId: 'boot',
  log: recordingLog().log,
  segmentBytes: 4_096,
});
for (let sequence = 1; ; sequence += 1) {
  const isOnDisk = await spool.append(schemaFrame(machineMetrics), reportFrame(sequence));
  if (isOnDisk) writeSync(said, `${sequence}\n`);
  if (sequence % 3 === 0) {
    writeSync(said, `-${sequence}\n`);
    spool.acknowledge(run, [[sequence, sequence]]);
  }
  if (sequence % 50 === 0) await spool.sync();
}
