import { pino } from 'pino';
import t, { type Test } from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { Feature, type HelloFrame } from '../../../../protocol/wire/frame.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { KeptReports } from '../../../../server/core/twins/kept-reports.ts';
import type { Twin } from '../../../../server/core/twins/twin.ts';
import { createTwinRepository } from '../../../../server/core/twins/twin-repository.ts';
import { newTwin, Twins } from '../../../../server/core/twins/twins.ts';
import type { DeviceRecord } from '../../../../server/fleet/device-record.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import type { OfferedReport } from '../../../../server/fleet/offered-report.ts';
import type { Store } from '../../../../server/platform/store/store.ts';
import { ClonedIdentities } from '../../../../server/watch/cloned-identities.ts';
import { addTenant, tempStore } from '../../../support/store.ts';

const NOW = 1_800_000_000_000;
const MIB = 2 ** 20;

async function machines(t: Pick<Test, 'teardown'>, devices = 1) {
  const store = await tempStore(t);
  for (let index = 0; index < devices; index += 1) await addTenant(store, `Client ${index}`);
  const fleet = new Fleet(store);
  await fleet.load();
  const twinRepository = createTwinRepository(store);
  const load = () => Twins.load(twinRepository, () => NOW);
  return { store, fleet, twinRepository, load, twins: await load(), records: [...fleet.devices.values()] };
}

/** A machine that comes with a run of its own, after another has begun. */
function hello(run: number): HelloFrame {
  return {
    ...{ type: 'hello', versionMin: 1, versionMax: 1, features: Feature.forkedRun, intervalMs: 10_000 },
    ...{ publicKey: new Uint8Array(32), nonce: new Uint8Array(32), runId: new Uint8Array(16).fill(run) },
    ...{ machineId: 'machine', bootId: 'boot', agentVersion: '1.0.0' },
    clocks: { wallMs: NOW, monotonicMs: 1_000, bootMs: 1_000 },
  };
}

function twinOf({ info }: DeviceRecord, role: Twin['role'], keptBytes = 0): Twin {
  const facts = { runs: [], address: null, agentVersion: '1', hostname: null, firstAt: NOW, lastAt: NOW, dating: null };
  return { ...newTwin(info.id, info.client_id, role, facts), keptBytes };
}

const refuse: Pick<Store, 'commit'> = {
  commit: () => Promise.reject(new SentenceError('unavailable', 'The disk is full.')),
};

t.test('a machine that is forgotten stays so after a restart, also when the first write fails', async (t) => {
  const { store, fleet, twins, load, records } = await machines(t);
  const record = records[0]!;
  for (let index = 0; index < 16; index += 1) twins.add(twinOf(record, 'given_up'));
  await store.commit([...twins.saving(record.info.id).statements]);
  const oldest = twins.of(record.info.id)[0]!;
  twins.place(record, hello(1), '127.0.0.1');
  twins.place(record, hello(2), '127.0.0.1');
  t.notOk(twins.of(record.info.id).includes(oldest), 'there was no room for it');

  const book = new IncidentBook(store, 0);
  const cloned = new ClonedIdentities(fleet, book, twins);
  const raise = async (to: Pick<Store, 'commit'>): Promise<void> => {
    const changes = new ChangeSet();
    cloned.raise(record, { address: '127.0.0.1', which: 'machine', at: NOW }, changes);
    try {
      await to.commit(changes.statements(store, 0, NOW));
    } catch (cause) {
      book.takeBack();
      throw cause;
    }
    book.keep();
    for (const work of changes.published) work();
  };
  await t.rejects(raise(refuse), { code: 'unavailable' });
  await raise(store);
  const ids = (known: Twins) =>
    known
      .of(record.info.id)
      .map(({ id }) => id)
      .sort();
  t.same(ids(await load()), ids(twins), 'what is stored is what is remembered');
  t.same(twins.saving(record.info.id).statements, [], 'and nothing is left to be written');
});

t.test('what a machine tells while the last of it is written is written next', async (t) => {
  const { store, twins, records } = await machines(t);
  const record = records[0]!;
  const twin = twinOf(record, 'beside');
  twins.add(twin);
  const saving = twins.saving(record.info.id);
  const writing = store.commit([...saving.statements]);
  twin.facts = { ...twin.facts, hostname: 'later' };
  await writing;
  saving.written();
  t.equal(twin.isDirty, true);
  const next = twins.saving(record.info.id);
  await store.commit([...next.statements]);
  next.written();
  t.equal(twin.isDirty, false);
});

t.test('the machines of one device never take the room of all others', async (t) => {
  const { store, twins, twinRepository, records } = await machines(t, 12);
  const kept = new KeptReports({
    twins,
    twinRepository,
    store,
    logger: pino({ level: 'silent' }),
    offer: () => undefined,
  });
  for (const record of records) {
    const own = Array.from({ length: 8 }, () => twinOf(record, 'beside'));
    for (const twin of own) twins.add(twin);
    t.notOk(kept.isFull(own[0]!), 'whoever comes finds room');
    for (const twin of own) while (!kept.isFull(twin)) twin.keptBytes += MIB / 64;
    const bytes = own.reduce((sum, { keptBytes }) => sum + keptBytes, 0);
    t.ok(bytes <= 32 * MIB, 'and no device takes more than its share');
  }
  const all = twins.all().reduce((sum, { keptBytes }) => sum + keptBytes, 0);
  t.ok(all <= 128 * MIB);
});

t.test('reports that one device brings at once leave room for those of another', async (t) => {
  const { store, twins, twinRepository, records } = await machines(t, 2);
  const kept = new KeptReports({
    twins,
    twinRepository,
    store,
    logger: pino({ level: 'silent' }),
    offer: () => undefined,
  });
  t.teardown(() => kept.close());
  const refusals: number[] = [];
  const offer = (index: number, sequence: number): void => {
    const record = records[index]!;
    const [twin = twinOf(record, 'beside')] = twins.of(record.info.id);
    if (twins.of(record.info.id).length === 0) twins.add(twin);
    const clocks = { wallMs: NOW, monotonicMs: 1, bootMs: 1 };
    const frame = { type: 'report', run: 0, schema: 0, sequence, backfill: true, clocks, scaled: [] } as const;
    const from = { acknowledge: () => undefined, refuse: () => refusals.push(index) };
    const report: OfferedReport = {
      ...{ record, frame, from, receivedAt: NOW, runId: 'ab'.repeat(16), bootId: 'boot', metrics: [] },
    };
    kept.keep(twin, report);
  };
  for (let sequence = 1; sequence <= 3_000; sequence += 1) offer(0, sequence);
  t.ok(refusals.includes(0), 'the loud one is asked to wait');
  for (let sequence = 1; sequence <= 100; sequence += 1) offer(1, sequence);
  t.notOk(refusals.includes(1), 'and the other is not');
  await kept.flush();
  t.equal(twins.of(records[1]!.info.id)[0]?.kept, 100);
});
