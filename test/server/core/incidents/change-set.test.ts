import fc from 'fast-check';
import t from 'tap';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import type { Proof } from '../../../../server/domain/ledger.ts';
import { takeProof } from '../../../../server/domain/presence.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { makeRecord } from '../../../../server/fleet/device-record.ts';
import { describeLedger, ledgerOf } from '../../../support/ledger-model.ts';
import { addTenant, tempStore } from '../../../support/store.ts';

t.test('the rows of the ledger are what its changes say, in whatever order proofs arrive', async (t) => {
  const store = await tempStore(t);
  const lie = fc.record({
    at: fc.integer({ min: 0, max: 300_000 }),
    bootId: fc.constantFrom('a', 'b'),
    bootMs: fc.integer({ min: 0, max: 300_000 }),
    monotonicMs: fc.integer({ min: 0, max: 300_000 }),
  });
  let devices = 0;
  const rowsOf = async (proofs: readonly Proof[]): Promise<string> => {
    devices += 1;
    const { device } = await addTenant(store, `client ${devices}`);
    const record = makeRecord(device, null);
    for (const proof of proofs) {
      const changes = new ChangeSet();
      changes.addLedger(record, takeProof(record.memory.presence, proof));
      if (changes.hasWrites) await store.commit(changes.statements(store, 1, 1));
    }
    const rows = await store.scoped(everyClient).presence.between(device.id, 0, 1e9);
    const { last, upFrom } = record.memory.presence;
    const run = last && upFrom !== null && upFrom < last.at ? [{ state: 'up', start: upFrom, end: last.at }] : [];
    return describeLedger([
      ...rows.map(({ start_ms, end_ms, state }) => ({ start: start_ms, end: end_ms, state })),
      ...run,
    ]);
  };
  await t.resolves(
    fc.assert(
      fc.asyncProperty(fc.array(lie, { minLength: 2, maxLength: 10 }), async (proofs) => {
        const [want, got] = [describeLedger(ledgerOf(proofs).rows), await rowsOf(proofs)];
        if (want !== got) throw new Error(`model: ${want}\nrows: ${got}`);
      }),
      { numRuns: 40 },
    ),
  );
});

t.test('what replaces earlier rows is marked as a revision', async (t) => {
  const store = await tempStore(t);
  const { device } = await addTenant(store, 'Acme');
  const record = makeRecord(device, null);
  const take = async (proof: Proof) => {
    const changes = new ChangeSet();
    changes.addLedger(record, takeProof(record.memory.presence, proof));
    await store.commit(changes.statements(store, 1, 1));
  };
  const a = (at: number) => ({ at, bootId: 'a', bootMs: at, monotonicMs: at });
  await take(a(0));
  await take({ at: 60_000, bootId: 'b', bootMs: 10_000, monotonicMs: 10_000 });
  await take(a(20_000));
  const rows = await store.scoped(everyClient).presence.between(device.id, 0, 1e9);
  t.match(rows, [
    { start_ms: 0, end_ms: 20_000, state: 'up', reason: 'same_boot', revised: 1 },
    { start_ms: 20_000, end_ms: 50_000, state: 'down', reason: 'reboot_unexpected', revised: 1 },
  ]);
  t.match(JSON.parse(rows[1]!.evidence_json), { before: a(20_000), after: { bootId: 'b' }, announced: null });
});

t.test('late evidence leaves a revision: what stood, what stands, written in the same transaction', async (t) => {
  const store = await tempStore(t);
  const { device } = await addTenant(store, 'Acme');
  const record = makeRecord(device, null);
  const a = (at: number) => ({ at, bootId: 'a', bootMs: at, monotonicMs: at });
  const take = async (now: number, ...proofs: Proof[]) => {
    const changes = new ChangeSet();
    for (const proof of proofs) changes.addLedger(record, takeProof(record.memory.presence, proof));
    await store.commit(changes.statements(store, 1, now));
  };
  const revisions = () => store.scoped(everyClient).ledgerRevisions.between(device.id, 0, 1e9, 10);
  await take(1, a(0));
  await take(2, { at: 60_000, bootId: 'b', bootMs: 10_000, monotonicMs: 10_000 });
  t.same(await revisions(), [], 'what is new revises nothing');
  await take(3, a(20_000), a(30_000), a(40_000));
  const [revision, ...others] = await revisions();
  t.same(others, [], 'a backlog into one gap is one revision');
  t.match(revision, { at: 3, by_user: 'server', from_ms: 0, to_ms: 50_000 });
  t.same(JSON.parse(revision!.said_json), { key: 'revision.late', params: { from: 0, to: 50_000 } });
  t.same(JSON.parse(revision!.before_json), [{ from: 0, to: 50_000, state: 'down', reason: 'reboot_unexpected' }]);
  t.same(JSON.parse(revision!.after_json), [
    { from: 0, to: 40_000, state: 'up', reason: 'same_boot' },
    { from: 40_000, to: 50_000, state: 'down', reason: 'reboot_unexpected' },
  ]);
  await t.rejects(store.db.deleteFrom('ledger_revision').execute(), { message: /never deleted/ });
});
