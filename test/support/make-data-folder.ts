import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '../../protocol/wire/metric.ts';
import { RawLink } from './raw-link.ts';
import { startServer, storyClock } from './story.ts';
import { enrol } from './story-agent.ts';
import { until } from './until.ts';

/**
 * Makes a small data folder as this version leaves it: two machines with thirty hours of history, most of it in blocks and
 * roll-ups, the newest in the journal. Kept under test/fixtures once for each format, so that every later version must open it:
 *
 *   node test/support/make-data-folder.ts FOLDER && tar -C FOLDER -czf test/fixtures/data-folder-FORMAT.tar.gz .
 */
const STEP_MS = 120_000;
const REPORTS = 900;
const PORTION = 150;
const metrics = [describe('cpu.busy'), describe('memory.size'), describe('net.rxBytes', 'eth0')];

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('Give a folder that does not exist yet.');
mkdirSync(folder);
const undo: (() => unknown)[] = [];
const t = { teardown: (work: () => unknown) => undo.push(work) };
const clock = storyClock();
const server = await startServer(t as never, { dataDir: folder, clock });
const machines = [await enrol(t as never, server), await enrol(t as never, server)];
// What is older than its enrolment is not taken from a machine.
clock.advance(REPORTS * STEP_MS + 60_000);
const madeAtMs = clock.now();
for (const { deviceId, dataDir } of machines) {
  const link = await RawLink.open(t as never, server.address);
  await link.authenticate(dataDir);
  link.send({ type: 'run', run: 1, runId: randomBytes(16), bootId: 'a boot' });
  link.send({ type: 'schema', run: 1, schema: 1, metrics });
  const report = (sequence: number, agoMs: number): void => {
    const bootMs = 40 * 3_600_000 + clock.now() - madeAtMs - agoMs;
    const scaled = [1_000 + (sequence % 500), 16 * 1024 ** 3, sequence * 4_096];
    const clocks = { wallMs: clock.now() - agoMs, monotonicMs: bootMs, bootMs };
    link.send({ type: 'report', run: 1, schema: 1, sequence, backfill: agoMs > 0, clocks, scaled });
  };
  // A live one tells how the clocks compare.
  report(REPORTS + 1, 0);
  for (let sequence = 1; sequence <= REPORTS; sequence += 1) {
    report(sequence, (REPORTS + 1 - sequence) * STEP_MS);
    if (sequence % PORTION > 0 && sequence < REPORTS) continue;
    await until('they are kept', () => server.reports(deviceId).length === sequence + 1);
  }
}
// What is sealed by now is rolled up.
clock.advance(10 * 60_000);
const held = async () => (await server.get('/api/v1/storage')).resolutions;
await until(
  'it is rolled up',
  async () => (await held()).filter(({ bytes }: { bytes: number }) => bytes > 0).length >= 2,
);
clock.advance(80 * 60_000);
await until('by the hour too', async () => (await held()).every(({ bytes }: { bytes: number }) => bytes > 0));
await server.app.stop();
for (const work of undo.reverse()) await work();
for (const name of ['server.sock', 'lock.db']) rmSync(join(folder, name), { force: true });
process.exit(0);
