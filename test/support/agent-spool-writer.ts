import { Spool } from '../../agent/spool/spool.ts';
import { machineMetrics, recordingLog, reportFrame, schemaFrame } from './agent-machine.ts';

/**
 * A process that appends to the spool in the folder it is given as fast as it can, and says so: a line `SEQUENCE` after each
 * append that resolved, until it is killed. Every third report it takes as acknowledged and says `-SEQUENCE` beforehand.
 */
const [directory = '', run = ''] = process.argv.slice(2);
const spool = await Spool.open({
  directory,
  runId: Buffer.from(run, 'hex'),
  bootId: 'boot',
  log: recordingLog().log,
  segmentBytes: 4_096,
});
for (let sequence = 1; ; sequence += 1) {
  const isOnDisk = await spool.append(schemaFrame(machineMetrics), reportFrame(sequence));
  if (isOnDisk) process.stdout.write(`${sequence}\n`);
  if (sequence % 3 === 0) {
    process.stdout.write(`-${sequence}\n`);
    spool.acknowledge(run, [[sequence, sequence]]);
  }
  if (sequence % 50 === 0) await spool.sync();
}
