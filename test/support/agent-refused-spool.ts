import { chmodSync, closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Spool, spoolStart } from '../../agent/spool/spool.ts';
import { recordingLog, reportFrame, schemaFrame } from './agent-machine.ts';

/**
 * A process whose system refuses to read the spool in the folder it is given, for want of descriptors ("EMFILE", which needs a small
 * limit of them) or of rights to one file ("EACCES", which root never lacks), and then does not any more. Prints what came of it.
 */
const [directory = '', refusal = ''] = process.argv.slice(2);

const { log, lines } = recordingLog();
const open = (id: number, more: object = {}) =>
  Spool.open({ directory, runId: new Uint8Array(16).fill(id), bootId: 'boot', log, segmentBytes: 256, ...more });
const append = async (spool: Spool, from: number, to: number) => {
  for (let sequence = from; sequence <= to; sequence += 1) await spool.append(schemaFrame(), reportFrame(sequence));
};
async function read(spool: Spool): Promise<string[]> {
  const found: string[] = [];
  for (let next = await spool.next(spoolStart); next !== undefined; next = await spool.next(next.position)) {
    found.push(`${next.runId.slice(0, 2)}:${next.report.sequence}`);
  }
  return found;
}
const files = () =>
  readdirSync(directory)
    .filter((name) => name.includes('.spool'))
    .sort();

function refuse(): () => void {
  if (refusal === 'EACCES') {
    const path = join(directory, files()[0] ?? '');
    chmodSync(path, 0);
    return () => chmodSync(path, 0o600);
  }
  const taken: number[] = [];
  try {
    for (;;) taken.push(openSync('/dev/null', 'r'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EMFILE') throw error;
  }
  return () => {
    for (const descriptor of taken) closeSync(descriptor);
  };
}

// A run of before, whose first reports were delivered, and of which one was given up.
const earlier = await open(1, { maxWaiting: 1 });
await append(earlier, 1, 12);
earlier.acknowledge('01'.repeat(16), [[1, 2]]);
await earlier.close();
const left = files();

const open0 = await open(2);
const allow0 = refuse();
const whileOpen = await read(open0);
const passedOver = open0.hasPassedOver;
const kept = refusal === 'EACCES' ? files() : undefined;
allow0();
const afterwards = await read(open0);
const hasCaughtUp = !open0.hasPassedOver;
await open0.close();

const allow1 = refuse();
const open1 = await open(3, { maxBytes: 512 });
const atStart = await read(open1);
// Without descriptors they wait in memory.
const waiting = append(open1, 1, 1);
await open1.sync();
allow1();
await append(open1, 2, 2);
await waiting;
const bounded = files();
await open1.sync();
const inTheEnd = await read(open1);
// Room is made beside the reading: it is over once this is.
await open1.sync();
const { gaps } = open1;
await open1.close();
process.stdout.write(
  JSON.stringify({
    left,
    whileOpen,
    passedOver,
    kept,
    afterwards,
    hasCaughtUp,
    atStart,
    bounded,
    inTheEnd,
    gaps,
    files: files(),
    lines,
  }),
);
