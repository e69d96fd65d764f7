import t, { type Test } from 'tap';
import { SentenceError } from '../../../protocol/error.ts';
import type { SeriesStore, StoredReport } from '../../../server/platform/series/series-store.ts';
import { openStore } from '../../../server/platform/store/store.ts';
import { type Core, CoreAgent, startCore } from '../../support/core.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { disk } from '../../support/reading.ts';
import { addTenant } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const START = Date.UTC(2026, 2, 1);
const values = { ...disk('/', 100, 50), 'cpu.busy': 0.1 };

async function setUp(t: Test, wrapSeries?: (series: SeriesStore) => SeriesStore) {
  const clock = new FakeClock(START);
  const dir = tempDir(t);
  const store = await openStore({ path: `${dir}/state.db`, clock: () => START });
  await addTenant(store, 'Acme');
  await store.close();
  const core = await startCore(t, { dir, clock, ...(wrapSeries ? { wrapSeries } : {}) });
  const agent = new CoreAgent(START);
  const record = [...core.fleet.devices.values()][0]!;
  clock.ms += 1_000;
  agent.connect(record, clock.ms);
  return { core, agent, record, clock };
}

async function stored(core: Core): Promise<StoredReport[]> {
  const reports: StoredReport[] = [];
  for await (const batch of core.series.replay(0)) reports.push(...batch.reports);
  return reports;
}

t.test('offered, committed together, acknowledged, evaluated', async (t) => {
  const { core, agent, record, clock } = await setUp(t);
  for (let n = 0; n < 3; n += 1) agent.offer(core, record, clock.ms, values);
  t.same(agent.acknowledged, [], 'nothing before the commit');
  t.same(core.ingest.queue(), { length: 3, limit: 20_000 });
  await until('the acknowledgement, without being asked', () => agent.acknowledged.length === 3);
  await core.ingest.drain();
  t.same(agent.acknowledged, [1, 2, 3]);
  t.same(
    (await stored(core)).map(({ sequence }) => sequence),
    [1, 2, 3],
  );
  t.equal(record.inFlight.size, 0);
  t.match(record.memory.runs, [{ runId: agent.runId, ranges: [[1, 3]] }]);
  t.equal(record.latest?.at, clock.ms);
});

t.test('a duplicate is acknowledged and not stored, whether it is in flight or committed', async (t) => {
  const { core, agent, record, clock } = await setUp(t);
  agent.offer(core, record, clock.ms, values);
  agent.offer(core, record, clock.ms, values, false, 1);
  await core.ingest.drain();
  t.same(agent.acknowledged, [1]);
  agent.offer(core, record, clock.ms, values, true, 1);
  t.same(agent.acknowledged, [1, 1], 'at once');
  await core.ingest.drain();
  t.equal((await stored(core)).length, 1);
  agent.runId = 'cd'.repeat(16);
  agent.offer(core, record, clock.ms, values, false, 1);
  await core.ingest.drain();
  t.equal((await stored(core)).length, 2, 'the same number of another run is another report');
});

t.test('what cannot be committed is refused, kept by nobody, and welcome again', async (t) => {
  let isFull = true;
  const { core, agent, record, clock } = await setUp(t, (series) => ({
    ...passThrough(series),
    append: (reports) =>
      isFull ? Promise.reject(new SentenceError('unavailable', 'disk full')) : series.append(reports),
  }));
  agent.offer(core, record, clock.ms, values);
  agent.offer(core, record, clock.ms, values);
  await core.ingest.drain();
  t.equal(agent.refused, 1, 'once for each connection');
  t.same(agent.acknowledged, []);
  t.same(core.health.warnings, ['The server cannot store reports: disk full. Agents keep theirs until it can.']);
  t.equal(record.latest, null);
  isFull = false;
  agent.offer(core, record, clock.ms, values, false, 1);
  agent.offer(core, record, clock.ms, values, false, 2);
  await core.ingest.drain();
  t.same(agent.acknowledged, [1, 2]);
  t.same(core.health.warnings, []);
  t.equal((await stored(core)).length, 2);
});

t.test('draining waits for the commit under way and for what came meanwhile', async (t) => {
  const gate = Promise.withResolvers<void>();
  const { core, agent, record, clock } = await setUp(t, (series) => ({
    ...passThrough(series),
    append: async (reports) => {
      await gate.promise;
      return series.append(reports);
    },
  }));
  agent.offer(core, record, clock.ms, values);
  const first = core.ingest.drain();
  agent.offer(core, record, clock.ms, values);
  const second = core.ingest.drain();
  gate.resolve();
  await Promise.all([first, second]);
  t.same(agent.acknowledged, [1, 2]);
  t.same(core.ingest.queue().length, 0);
});

t.test('more than may wait is refused at once', async (t) => {
  const { core, agent, record, clock } = await setUp(t);
  for (let n = 0; n < 20_001; n += 1) agent.offer(core, record, clock.ms, values);
  t.equal(agent.refused, 1);
  await core.ingest.drain();
  t.equal(agent.acknowledged.length, 20_000);
});

t.test('who brings a year of backfill at once is told to wait, and takes no room from others', async (t) => {
  const { core, agent, record, clock } = await setUp(t);
  for (let n = 0; n < 3_000; n += 1) agent.offer(core, record, clock.ms, values, true);
  t.equal(agent.refused, 3_000 - 512);
  t.equal(core.ingest.queue().length, 512);
  agent.offer(core, record, clock.ms, values);
  t.equal(agent.refused, 3_000 - 512, 'what describes the present is taken');
  await core.ingest.drain();
  t.equal(agent.acknowledged.length, 513);
  agent.offer(core, record, clock.ms, values, true);
  t.equal(agent.refused, 3_000 - 512, 'the rest may come');
});

t.test('reports are dated by the server, whatever the clock of the agent says', async (t) => {
  const { core, agent, record, clock } = await setUp(t);
  agent.clockOffsetMs = -86_400_000;
  agent.offer(core, record, clock.ms, values);
  agent.clockOffsetMs = 3_600_000;
  clock.ms += 10_000;
  agent.offer(core, record, clock.ms, values);
  agent.offer(core, record, clock.ms - 5_000, values, true);
  // An earlier boot without a clock battery: nobody knows when it was.
  agent.bootId = 'boot-0';
  agent.bootedAt = START;
  agent.clockOffsetMs = -START - 500;
  agent.offer(core, record, START + 500, values, true);
  await core.ingest.drain();
  t.same(
    (await stored(core)).map(({ at, clockOffsetMs }) => [at, clockOffsetMs]),
    [
      [START + 1_000, -86_400_000],
      [START + 11_000, 3_600_000],
      [START + 6_000, 3_600_000],
    ],
  );
  t.equal(agent.acknowledged.length, 4, 'the agent need not keep what nobody can date');
  t.equal(record.memory.presence.first?.at, START + 1_000, 'and it proves nothing');
});

/** The methods of a class instance as an object that can be spread. */
function passThrough(series: SeriesStore): SeriesStore {
  return {
    origin: series.origin,
    extents: () => series.extents(),
    append: (reports) => series.append(reports),
    replay: (after) => series.replay(after),
    latest: () => series.latest(),
    query: (request, signal) => series.query(request, signal),
    queryFleet: (request, signal) => series.queryFleet(request, signal),
    usage: () => series.usage(),
    backup: (path) => series.backup(path),
    clockSet: (step) => series.clockSet(step),
    release: (position) => series.release(position),
    remove: (deviceId) => series.remove(deviceId),
    queue: () => series.queue(),
    close: () => series.close(),
  };
}
