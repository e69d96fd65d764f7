import pino from 'pino';
import t, { type Test } from 'tap';
import { SentenceError } from '../../../../protocol/error.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { FactsWriter } from '../../../../server/edge/agents/agent-facts.ts';
import type { DeviceRecord } from '../../../../server/fleet/device-record.ts';
import { Fleet } from '../../../../server/fleet/fleet.ts';
import { openStore, type Store } from '../../../../server/platform/store/store.ts';
import { addTenant } from '../../../support/store.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { until } from '../../../support/until.ts';

async function setUp(t: Test, { devices = 1, spacingMs = 0 } = {}) {
  const store = await openStore({ path: `${tempDir(t)}/state.db`, clock: () => 1 });
  t.teardown(() => store.close());
  for (let n = 0; n < devices; n += 1) await addTenant(store, `Client ${n}`);
  const fleet = new Fleet(store);
  await fleet.load();
  const records = [...fleet.devices.values()];
  const commits: number[] = [];
  const manners = { refuses: false };
  const counted: Pick<Store, 'commit'> = {
    commit: async (statements) => {
      if (manners.refuses) throw new SentenceError('unavailable', 'The disk is full.');
      commits.push(statements.length);
      await store.commit(statements);
    },
  };
  const written: string[] = [];
  const writer = new FactsWriter({
    store,
    write: counted.commit,
    logger: pino({ level: 'silent' }),
    onWritten: ({ info }) => written.push(info.inventory_json ?? ''),
    spacingMs,
  });
  const saved = async ({ info }: DeviceRecord) =>
    (await store.scoped(everyClient).devices.get(info.id))?.inventory_json;
  return { writer, records, record: records[0] as DeviceRecord, commits, manners, written, saved };
}

t.test('the newest of each is written, and known before', async (t) => {
  const { writer, record, commits, written, saved } = await setUp(t);
  for (let n = 0; n < 1_000; n += 1) {
    writer.take(record, { inventory_json: `{"n":${n}}` });
    t.equal(writer.known(record).inventory_json, `{"n":${n}}`);
  }
  writer.take(record, { agent_version: '9.9.9' });
  await until('the last is written', async () => (await saved(record)) === '{"n":999}');
  t.equal(commits.length, 2, 'the first, and then what had come meanwhile, together');
  t.equal(record.info.agent_version, '9.9.9');
  t.equal(record.info.inventory_json, '{"n":999}');
  t.same(written.at(-1), '{"n":999}');
});

t.test('one device that sends again and again is written now and then; another at once', async (t) => {
  const { writer, records, written } = await setUp(t, { devices: 2, spacingMs: 600_000 });
  const [loud, quiet] = records as [DeviceRecord, DeviceRecord];
  writer.take(loud, { inventory_json: '1' });
  await until('the first is written', () => written.length === 1);
  writer.take(loud, { inventory_json: '2' });
  await new Promise(setImmediate);
  writer.take(quiet, { inventory_json: 'quiet' });
  await until('the other is written', () => written.includes('quiet'));
  t.same(written, ['1', 'quiet']);
  await writer.drain();
  t.same(written, ['1', 'quiet', '2'], 'at the end all is written');
});

t.test('a whole fleet at once goes a few devices at a time', async (t) => {
  const { writer, records, commits, written } = await setUp(t, { devices: 40 });
  for (const record of records) writer.take(record, { inventory_json: '{}' });
  await until('all are written', () => written.length === 40);
  t.ok(
    commits.every((size) => size <= 16),
    commits.join(', '),
  );
  t.ok(commits.length <= 4);
});

t.test('what the database refuses waits, and memory is not ahead of it', async (t) => {
  const { writer, record, manners, saved } = await setUp(t);
  manners.refuses = true;
  writer.take(record, { inventory_json: '{}' });
  await writer.drain();
  t.equal(record.info.inventory_json, null);
  manners.refuses = false;
  await writer.drain();
  t.equal(record.info.inventory_json, '{}');
  t.equal(await saved(record), '{}');
});

t.test('what waits is bounded', async (t) => {
  const { writer, records, manners } = await setUp(t, { devices: 2 });
  manners.refuses = true;
  const [one, two] = records as [DeviceRecord, DeviceRecord];
  writer.take(one, { inventory_json: 'x'.repeat(2 ** 27 - 10) });
  t.throws(() => writer.take(two, { inventory_json: 'x'.repeat(11) }), { code: 'overloaded' });
  writer.take(one, { inventory_json: 'x' });
  writer.take(two, { inventory_json: 'x'.repeat(11) });
  t.equal(writer.known(two).inventory_json?.length, 11);
  await writer.drain();
});
