import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t, { type Test } from 'tap';
import { Spool, type SpooledReport, type SpoolOptions, spoolStart } from '../../../agent/spool/spool.ts';
import { describe } from '../../../protocol/wire/metric.ts';
import { recordingLog, reportFrame, schemaFrame } from '../../support/agent-machine.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

interface OpenSpool {
  readonly spool: Spool;
  readonly run: string;
  readonly lines: readonly string[];
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function openSpool(t: Test, directory: string, options: Partial<SpoolOptions> = {}): Promise<OpenSpool> {
  const runId = randomBytes(16);
  const { log, lines } = recordingLog();
  const spool = await Spool.open({ directory, runId, bootId: 'boot', log, ...options });
  t.teardown(() => spool.close());
  return { spool, run: runId.toString('hex'), lines };
}

async function appendAll(spool: Spool, count: number, from = 1): Promise<void> {
  for (let sequence = from; sequence < from + count; sequence += 1) {
    await spool.append(schemaFrame(), reportFrame(sequence));
  }
}

async function readAll(spool: Spool): Promise<SpooledReport[]> {
  const found: SpooledReport[] = [];
  for (let next = await spool.next(spoolStart); next !== undefined; next = await spool.next(next.position)) {
    found.push(next);
  }
  return found;
}

const sequencesOf = (reports: readonly SpooledReport[]) => reports.map(({ report }) => report.sequence);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
const filesIn = (directory: string) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.spool'))
    .sort();

/** Ten reports of an ended run, the bytes of the one file changed, and what is read afterwards. */
async function afterDamage(t: Test, damage: (path: string, directory: string) => void) {
  const directory = join(tempDir(t), 'spool');
  const before = await openSpool(t, directory);
  await appendAll(before.spool, 10);
  await before.spool.close();
  damage(join(directory, filesIn(directory)[0] ?? ''), directory);
  const after = await openSpool(t, directory);
  const reports = await readAll(after.spool);
  t.equal(await after.spool.append(schemaFrame(), reportFrame(1)), true, 'the spool goes on');
  t.equal((await readAll(after.spool)).at(-1)?.runId, after.run);
  await after.spool.close();
  return { ...before, ...after, oldRun: before.run, directory, reports, sequences: sequencesOf(reports) };
}

t.test('gives back what was appended, under the run that made it', async (t) => {
  const directory = join(tempDir(t), 'spool');
  const first = await openSpool(t, directory);
  await appendAll(first.spool, 3);
  const second = await openSpool(t, directory, { bootId: 'another' });
  await appendAll(second.spool, 2);
  const reports = await readAll(second.spool);
  t.same(
    reports.map(({ runId, bootId, report }) => [runId, bootId, report.sequence]),
    [
      [first.run, 'boot', 1],
      [first.run, 'boot', 2],
      [first.run, 'boot', 3],
      [second.run, 'another', 1],
      [second.run, 'another', 2],
    ],
  );
  t.same(reports[0]?.report, { ...reportFrame(1), backfill: true }, 'with their original times');
  t.same(reports[0]?.schema.metrics, schemaFrame().metrics);
});

t.test('forgets what was acknowledged, in this process and the next', async (t) => {
  const directory = join(tempDir(t), 'spool');
  const { spool, run } = await openSpool(t, directory);
  await appendAll(spool, 10);
  spool.acknowledge(run, [
    [1, 4],
    [7, 7],
  ]);
  t.same(sequencesOf(await readAll(spool)), [5, 6, 8, 9, 10]);
  await spool.close();
  const next = await openSpool(t, directory);
  t.same(sequencesOf(await readAll(next.spool)), [5, 6, 8, 9, 10]);
  next.spool.acknowledge(run, [[5, 10]]);
  await next.spool.close();
  t.same(filesIn(directory), [], 'a file that was delivered whole is gone');
});

t.test('acknowledgements of nothing in particular are harmless', async (t) => {
  const { spool, run } = await openSpool(t, join(tempDir(t), 'spool'));
  await appendAll(spool, 3);
  spool.acknowledge('no such run', [[0, Number.MAX_SAFE_INTEGER]]);
  spool.acknowledge(run, [[9, 3]]);
  spool.acknowledge(run, [[4, Number.MAX_SAFE_INTEGER]]);
  t.same(sequencesOf(await readAll(spool)), [1, 2, 3]);
  await appendAll(spool, 1, 4);
  t.same(sequencesOf(await readAll(spool)), [1, 2, 3, 4], 'what is acknowledged before it exists is not lost');
  spool.acknowledge(run, [[0, Number.MAX_SAFE_INTEGER]]);
  t.same(await readAll(spool), []);
});

t.test('a change of the list of metrics is kept with the reports', async (t) => {
  const directory = join(tempDir(t), 'spool');
  const { spool } = await openSpool(t, directory);
  const [cpu, memory] = schemaFrame().metrics;
  const lists = [[cpu!], [cpu!, memory!], [cpu!]];
  for (const [index, metrics] of lists.entries()) {
    const schema = metrics.length;
    await spool.append(
      { ...schemaFrame(metrics), schema },
      { ...reportFrame(index + 1), schema, scaled: metrics.map(() => 1) },
    );
  }
  await spool.close();
  const { spool: next } = await openSpool(t, directory);
  t.same(
    (await readAll(next)).map(({ schema }) => schema.metrics.length),
    [1, 2, 1],
  );
});

t.test('within its bound the oldest goes first, and is told as a gap', async (t) => {
  const directory = join(tempDir(t), 'spool');
  const { spool, run } = await openSpool(t, directory, { segmentBytes: 2_000, maxBytes: 10_000 });
  await appendAll(spool, 300);
  spool.acknowledge(run, [[290, 290]]);
  await spool.sync();
  const left = sequencesOf(await readAll(spool));
  const [gap] = spool.gaps;
  t.equal(spool.gaps.length, 1, 'neighbours are one gap');
  t.same(gap, { runId: run, bootId: 'boot', from: 1, to: (left[0] ?? 0) - 1, cause: 'spool_full' });
  t.same(
    left,
    upTo(300).filter((sequence) => sequence >= (left[0] ?? 0) && sequence !== 290),
  );
  t.ok(spool.stats.sizeBytes <= 12_000, `${spool.stats.sizeBytes} bytes`);
  await spool.close();
  const next = await openSpool(t, directory);
  t.same(next.spool.gaps, [gap], 'a gap is remembered until a server knows');
  next.spool.settleGaps(next.spool.gaps);
  await next.spool.close();
  t.same((await openSpool(t, directory)).spool.gaps, []);
});

t.test('many short runs are bounded too', async (t) => {
  const directory = join(tempDir(t), 'spool');
  mkdirSync(directory);
  for (let number = 1; number <= 1_100; number += 1) {
    writeFileSync(join(directory, `${String(number).padStart(8, '0')}-${randomBytes(16).toString('hex')}.spool`), '');
  }
  const { spool } = await openSpool(t, directory);
  t.ok(spool.stats.files <= 1_024);
  await appendAll(spool, 1);
  t.same(sequencesOf(await readAll(spool)), [1]);
  t.equal(filesIn(directory).length, 1, 'empty files are cleared away');
});

t.test('memory does not follow the size of the spool', async (t) => {
  const { spool } = await openSpool(t, join(tempDir(t), 'spool'));
  const metrics = Array.from({ length: 55 }, (_, index) => describe('net.rxBytes', `eth${index}`));
  const scaled = metrics.map((_, index) => 2 ** 40 + index);
  const usedBytes = () => {
    collectGarbage();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = usedBytes();
  const count = 20_000;
  for (let sequence = 1; sequence <= count; sequence += 100) {
    const batch = Array.from({ length: 100 }, (_, index) => ({ ...reportFrame(sequence + index), scaled }));
    await Promise.all(batch.map((report) => spool.append(schemaFrame(metrics), report)));
  }
  let read = 0;
  for (let next = await spool.next(spoolStart); next !== undefined; next = await spool.next(next.position)) read += 1;
  t.equal(read, count);
  const grownBytes = usedBytes() - before;
  t.ok(spool.stats.sizeBytes > 6_000_000, `${spool.stats.sizeBytes} bytes on disk`);
  t.ok(grownBytes < 1_000_000, `${grownBytes} bytes more in memory`);
});

t.test('damage costs what is damaged', async (t) => {
  t.test('a torn end', async (t) => {
    const { sequences, spool } = await afterDamage(t, (path) => truncateSync(path, readFileSync(path).length - 3));
    t.same(sequences, upTo(9));
    t.same(spool.gaps, []);
  });
  t.test('cut anywhere: what stands before is read', async (t) => {
    const directory = join(tempDir(t), 'spool');
    const { spool } = await openSpool(t, directory);
    await appendAll(spool, 5);
    await spool.close();
    const path = join(directory, filesIn(directory)[0] ?? '');
    const whole = readFileSync(path);
    let most = 0;
    for (let length = 1; length < whole.length; length += 7) {
      writeFileSync(path, whole.subarray(0, length));
      const { spool: next } = await openSpool(t, directory);
      const found = sequencesOf(await readAll(next));
      if (found.length < most || found.join() !== upTo(found.length).join()) t.fail(`cut at ${length}: ${found}`);
      most = found.length;
    }
    t.equal(most, 4);
  });
  t.test('a flipped byte anywhere costs one report at most', async (t) => {
    const directory = join(tempDir(t), 'spool');
    const { spool, run } = await openSpool(t, directory);
    await appendAll(spool, 5);
    await spool.close();
    const path = join(directory, filesIn(directory)[0] ?? '');
    const whole = readFileSync(path);
    for (let at = 0; at < whole.length; at += 1) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 0xff;
      writeFileSync(path, flipped);
      const { spool: next } = await openSpool(t, directory);
      const found = await readAll(next);
      if (found.length < 4 || found.some(({ runId }) => runId !== run)) t.fail(`byte ${at}: ${sequencesOf(found)}`);
    }
    t.pass(`${whole.length} bytes, each in its turn`);
  });
  t.test('a report in the middle is told as a gap, and the file is kept aside once delivered', async (t) => {
    const { sequences, spool, oldRun, directory } = await afterDamage(t, (path) => {
      const bytes = readFileSync(path);
      // The sixth report's wall clock.
      const needle = Buffer.from('0501010106', 'hex').subarray(0, 1);
      const reports = [...bytes.keys()].filter(
        (at) => bytes[at] === needle[0] && bytes[at + 3] === 6 && bytes[at + 1] === 0,
      );
      bytes[(reports[0] ?? 0) + 8] = 0xee;
      writeFileSync(path, bytes);
    });
    t.same(sequences, [1, 2, 3, 4, 5, 7, 8, 9, 10]);
    t.same(spool.gaps, [{ runId: oldRun, bootId: 'boot', from: 6, to: 6, cause: 'spool_damaged' }]);
    const again = await openSpool(t, directory);
    t.equal((await readAll(again.spool)).length, 10, 'nine of the damaged file and one of the run after');
    t.same(again.spool.gaps.length, 1, 'the gap is not told twice');
    again.spool.acknowledge(oldRun, [[1, 10]]);
    await again.spool.close();
    t.equal(readdirSync(directory).filter((name) => name.endsWith('.bad')).length, 1);
  });
  t.test('a run whose every head is unreadable', async (t) => {
    const { sequences, directory, lines } = await afterDamage(t, (path) => writeFileSync(path, randomBytes(5_000)));
    t.same(sequences, []);
    t.match(lines.join(''), /damaged/);
    t.equal(readdirSync(directory).filter((name) => name.endsWith('.bad')).length, 1);
  });
  t.test('an empty file', async (t) => {
    const { sequences, lines } = await afterDamage(t, (path) => truncateSync(path, 0));
    t.same(sequences, []);
    t.notMatch(lines.join(''), /damaged/, 'is what a crash leaves');
  });
  t.test('a folder in the place of a file', async (t) => {
    const { sequences } = await afterDamage(t, (path) => {
      rmSync(path);
      mkdirSync(path);
    });
    t.same(sequences, []);
  });
  t.test('a file that is not ours', async (t) => {
    const { sequences, directory } = await afterDamage(t, (_, directory) => {
      writeFileSync(join(directory, 'README'), 'hello');
    });
    t.same(sequences, upTo(10));
    t.ok(existsSync(join(directory, 'README')), 'is left alone');
  });
  t.test('a file of an absurd size', async (t) => {
    const { sequences, lines } = await afterDamage(t, (path) => truncateSync(path, 2 ** 31));
    t.same(sequences, []);
    t.match(lines.join(''), /too large/);
  });
  t.test('a file that vanishes', async (t) => {
    const { sequences } = await afterDamage(t, (path) => rmSync(path));
    t.same(sequences, []);
  });
  t.test('no folder', async (t) => {
    const { sequences } = await afterDamage(t, (_, directory) => rmSync(directory, { recursive: true }));
    t.same(sequences, []);
  });
  t.test('a file in the place of the folder', async (t) => {
    const { sequences, directory } = await afterDamage(t, (_, directory) => {
      rmSync(directory, { recursive: true });
      writeFileSync(directory, 'hello');
    });
    t.same(sequences, []);
    t.ok(existsSync(`${directory}.bad`));
  });
  for (const [what, content] of [
    ['junk', 'junk'],
    ['an empty file', ''],
    ['the right words with a wrong checksum', '00000000 {"acknowledged":[[1,[[1,10]]]],"gaps":[]}\n'],
  ] as const) {
    t.test(`a cursor of ${what}`, async (t) => {
      const { sequences, directory, lines } = await afterDamage(t, (_, directory) => {
        writeFileSync(join(directory, 'cursor'), content);
      });
      t.same(sequences, upTo(10), 'is none: all is sent again');
      t.ok(existsSync(join(directory, 'cursor.bad')));
      t.match(lines.join(''), /cursor of the spool is damaged/);
    });
  }
  t.test('a cursor that is ahead of the data', async (t) => {
    const directory = join(tempDir(t), 'spool');
    const { spool, run } = await openSpool(t, directory);
    await appendAll(spool, 10);
    spool.acknowledge(run, [[1, 10]]);
    await spool.sync();
    const cursor = readFileSync(join(directory, 'cursor'));
    await spool.close();
    for (const name of filesIn(directory)) rmSync(join(directory, name));
    writeFileSync(join(directory, 'cursor'), cursor);
    const next = await openSpool(t, directory);
    await appendAll(next.spool, 3);
    t.same(sequencesOf(await readAll(next.spool)), [1, 2, 3], 'says nothing about new files');
    t.match(filesIn(directory)[0], /^00000002-/, 'whose numbers are new');
  });
});

t.test('a disk that refuses', async (t) => {
  t.test('reports wait in memory within a bound, and reach the disk when it can be written again', async (t) => {
    const parent = tempDir(t);
    const directory = join(parent, 'spool');
    const { spool, run, lines } = await openSpool(t, directory, { maxWaiting: 5 });
    rmSync(directory, { recursive: true });
    writeFileSync(directory, 'in the way');
    const appends = upTo(8).map((sequence) => spool.append(schemaFrame(), reportFrame(sequence)));
    t.same(await Promise.all(appends.slice(0, 3)), [false, false, false], 'the oldest were given up');
    t.same(sequencesOf(await readAll(spool)), [4, 5, 6, 7, 8], 'the others can be delivered from memory');
    t.same(spool.gaps, [{ runId: run, bootId: 'boot', from: 1, to: 3, cause: 'spool_full' }]);
    spool.acknowledge(run, [[5, 5]]);
    t.same(sequencesOf(await readAll(spool)), [4, 6, 7, 8]);
    await until('the disk has refused', () => lines.some((line) => line.includes('cannot be written')));
    rmSync(directory);
    t.equal(await spool.append(schemaFrame(), reportFrame(9)), true);
    t.same(await Promise.all(appends.slice(3)), [false, true, true, true, true], 'one more had to make room');
    t.same(sequencesOf(await readAll(spool)), [6, 7, 8, 9]);
    await spool.close();
    t.equal(lines.filter((line) => line.includes('cannot be written')).length, 1, 'said once');
    t.match(lines.join(''), /can be written again/);
    const next = await openSpool(t, directory);
    t.same(sequencesOf(await readAll(next.spool)), [6, 7, 8, 9]);
  });
  t.test('a spool file that somebody deletes under us', async (t) => {
    const directory = join(tempDir(t), 'spool');
    const { spool } = await openSpool(t, directory);
    await appendAll(spool, 1);
    for (const name of filesIn(directory)) rmSync(join(directory, name));
    await spool.sync();
    await appendAll(spool, 1, 2);
    t.same(sequencesOf(await readAll(spool)), [2]);
    t.equal(filesIn(directory).length, 1);
  });
  t.test('what is lost with a folder that somebody deletes is counted as soon as it is missed', async (t) => {
    const directory = join(tempDir(t), 'spool');
    const { spool, run } = await openSpool(t, directory, { segmentBytes: 300 });
    await appendAll(spool, 10);
    spool.acknowledge(run, [[2, 3]]);
    rmSync(directory, { recursive: true });
    t.same(sequencesOf(await readAll(spool)), []);
    t.same(
      spool.gaps.map(({ runId, bootId, from, to, cause }) => [runId, bootId, from, to, cause]),
      [
        [run, 'boot', 1, 1, 'spool_damaged'],
        [run, 'boot', 4, 10, 'spool_damaged'],
      ],
    );
    await appendAll(spool, 2, 11);
    t.same(sequencesOf(await readAll(spool)), [11, 12], 'a new folder takes what comes');
  });
  t.test('a folder without rights', async (t) => {
    const directory = join(tempDir(t), 'spool');
    mkdirSync(directory, { mode: 0o500 });
    const { spool } = await openSpool(t, directory);
    const append = spool.append(schemaFrame(), reportFrame(1));
    // Root may write there nevertheless; anybody else waits in memory. Either way it can be delivered.
    t.same(sequencesOf(await readAll(spool)), [1]);
    chmodSync(directory, 0o700);
    const second = spool.append(schemaFrame(), reportFrame(2));
    t.same(await Promise.all([append, second]), [true, true]);
    await spool.close();
  });
});

t.test('is readable by its owner only', async (t) => {
  const directory = join(tempDir(t), 'spool');
  const { spool } = await openSpool(t, directory);
  await appendAll(spool, 1);
  await spool.close();
  const { statSync } = await import('node:fs');
  t.equal(statSync(directory).mode & 0o777, 0o700);
  for (const name of readdirSync(directory)) t.equal(statSync(join(directory, name)).mode & 0o777, 0o600, name);
});

t.test('a backlog that grows while it is delivered is read once', async (t) => {
  const { spool } = await openSpool(t, join(tempDir(t), 'spool'));
  await appendAll(spool, 200);
  const before = bytesRead();
  let position = spoolStart;
  for (let sequence = 201; sequence <= 400; sequence += 1) {
    const next = await spool.next(position);
    t.equal(next?.report.sequence, sequence - 200);
    position = next?.position ?? position;
    await appendAll(spool, 1, sequence);
  }
  const rest = [];
  for (let next = await spool.next(position); next !== undefined; next = await spool.next(next.position)) {
    rest.push(next.report.sequence);
  }
  t.same(rest, upTo(400).slice(200), 'what came meanwhile is delivered too');
  t.ok(bytesRead() - before < 2 * spool.stats.sizeBytes, 'not anew for each report that came');
});

/** By this process since it started; 0 where the system does not tell. */
function bytesRead(): number {
  const counted = existsSync('/proc/self/io') ? readFileSync('/proc/self/io', 'latin1') : '';
  return Number(/^rchar: (\d+)$/m.exec(counted)?.[1] ?? 0);
}
