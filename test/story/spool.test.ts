import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { readSegment } from '../../agent/spool/segment.ts';
import { frameTags } from '../../protocol/wire/codec.ts';
import { Relay } from '../support/relay.ts';
import { type StoryServer, startServer } from '../support/story.ts';
import { enrol, type Machine } from '../support/story-agent.ts';
import { until } from '../support/until.ts';

t.setTimeout(900_000);

const counted = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** The sequences of a run in the order in which they were measured; one that is stored twice is there twice. */
function storedOf(server: StoryServer, machine: Machine, isWanted: (runId: string) => boolean): number[] {
  const reports = server.reports(machine.deviceId).filter(({ runId }) => isWanted(runId));
  return reports.map(({ sequence }) => sequence).sort((a, b) => a - b);
}

/** Live reports go first, so that at some moments what waited is not all there yet. */
const isWhole = (sequences: readonly number[]) => Math.max(...sequences) === new Set(sequences).size;

/** The one file of the spool. */
function spoolFile({ dataDir }: Machine): string {
  const folder = join(dataDir, 'spool');
  const [name, ...more] = readdirSync(folder).filter((one) => one.endsWith('.spool'));
  if (name === undefined || more.length > 0) throw new Error(`${folder} should hold one file`);
  return join(folder, name);
}

/** Reports in the spool; none while there is no file, which the agent makes with the first that it keeps. */
function waitingIn(machine: Machine): number {
  const hasFile = existsSync(machine.spoolDir) && readdirSync(machine.spoolDir).some((one) => one.endsWith('.spool'));
  return hasFile ? readSegment(readFileSync(spoolFile(machine))).reports.length : 0;
}

/** Where in a spool file the record of the report in the middle begins. */
function middleReport(bytes: Buffer): number {
  const starts: number[] = [];
  for (let at = bytes.indexOf('VR'); at >= 0; at = bytes.indexOf('VR', at + 1)) {
    if (bytes[at + 10] === frameTags.report) starts.push(at);
  }
  return starts[starts.length >> 1] ?? Number.NaN;
}

t.test('what happens to a spool costs what is damaged, and the agent goes on', async (t) => {
  const server = await startServer(t, { reportInterval: '200ms' });
  const relay = await Relay.start(t, server.address);
  relay.cut();

  // One machine measures without a server and is killed; its spool is what the others find in theirs.
  const donor = await enrol(t, server);
  writeFileSync(
    join(donor.dataDir, 'enrolment.json'),
    readFileSync(join(donor.dataDir, 'enrolment.json'), 'utf8').replace(server.address, relay.address),
  );
  const agent = donor.start();
  const waiting = () => waitingIn(donor);
  await agent.untilSays('reports wait in the spool');
  await until('reports in the spool', () => waiting() >= 12);
  await agent.stop('SIGKILL');
  const intact = readFileSync(spoolFile(donor));
  const { reports } = readSegment(intact);
  const count = reports.length;
  const flippedAt = middleReport(intact);
  const half = readSegment(intact.subarray(0, intact.length >> 1)).reports.length;
  t.same(
    reports.map(({ sequence }) => sequence),
    counted(count),
  );
  t.ok(half > 0 && half < count);
  const lostInTheMiddle = readSegment(intact.subarray(0, flippedAt)).reports.length + 1;

  const f = async (what: string, damage: (folder: string, file: string) => void, delivered: readonly number[]) => {
    const machine = await enrol(t, server);
    const folder = join(machine.dataDir, 'spool');
    mkdirSync(folder);
    const file = join(folder, spoolFile(donor).slice(-'00000000-0123456789abcdef0123456789abcdef.spool'.length));
    cpSync(spoolFile(donor), file);
    damage(folder, file);
    const agent = machine.start();
    const oldRun = /-(?<runId>[0-9a-f]{32})\.spool$/.exec(file)?.groups?.runId;
    const own = () => storedOf(server, machine, (runId) => runId !== oldRun);
    const old = () => storedOf(server, machine, (runId) => runId === oldRun);
    await until(`${what}: the rest`, () => old().length >= delivered.length);
    const fresh = await until(`${what}: new reports`, () =>
      [own()].find((found) => found.length >= 5 && isWhole(found)),
    );
    t.same(old(), delivered, `${what}: what can be read is delivered, each once`);
    t.same(fresh, counted(fresh.length), `${what}: and new reports go on`);
    t.equal((await server.device(machine.deviceId)).state, 'up', what);
    t.equal(await agent.stop('SIGTERM'), 0, what);
  };
  const write = (bytes: Buffer) => (_folder: string, file: string) => writeFileSync(file, bytes);
  const flipped = Buffer.from(intact);
  flipped[flippedAt + 20] = (flipped[flippedAt + 20] ?? 0) ^ 0x10;

  await Promise.all([
    f('an intact one', () => {}, counted(count)),
    f('a torn end', write(intact.subarray(0, -7)), counted(count - 1)),
    f(
      'a flipped bit',
      write(flipped),
      counted(count).filter((sequence) => sequence !== lostInTheMiddle),
    ),
    f('half of it', write(intact.subarray(0, intact.length >> 1)), counted(half)),
  ]);
  await Promise.all([
    f('an empty file', write(Buffer.alloc(0)), []),
    f('junk', write(randomBytes(intact.length)), []),
    f('junk for a cursor', (folder) => writeFileSync(join(folder, 'cursor'), randomBytes(100)), counted(count)),
  ]);
});

t.test('a spool that was deleted: nothing new is taken for a duplicate', async (t) => {
  const server = await startServer(t, { reportInterval: '200ms' });
  const relay = await Relay.start(t, server.address);
  const machine = await enrol(t, server, { through: relay.address });
  const first = machine.start();
  await until('reports of the first run', () => server.reports(machine.deviceId).length >= 5);
  relay.cut();
  await first.untilSays('reports wait in the spool');
  await until('some wait', () => waitingIn(machine) >= 5);
  await first.stop('SIGKILL');
  const delivered = server.reports(machine.deviceId).map(({ sequence }) => sequence);
  const [firstRun] = server.reports(machine.deviceId).map(({ runId }) => runId);
  rmSync(join(machine.dataDir, 'spool'), { recursive: true });

  relay.mend(server.address);
  const second = machine.start();
  const newRun = () => storedOf(server, machine, (runId) => runId !== firstRun);
  const fresh = await until('as many of the second run', () =>
    [newRun()].find((found) => found.length > delivered.length + 5 && isWhole(found)),
  );
  t.equal(await second.stop('SIGTERM'), 0);
  t.same(fresh, counted(fresh.length), 'it counts from 1 again, and all of it is stored once');
  const oldRun = storedOf(server, machine, (runId) => runId === firstRun);
  t.same(oldRun, counted(delivered.length), 'what had been delivered is still there, once');
});
