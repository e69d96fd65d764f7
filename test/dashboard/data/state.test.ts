import assert from 'node:assert/strict';
import fc from 'fast-check';
import t from 'tap';
import { applyChanges, type Changes, fromOverview } from '../../../dashboard/data/state.ts';
import { said } from '../../../protocol/said/said.ts';
import { holds } from '../../support/property.ts';
import { device, incident, overview } from '../documents.ts';

const receivedAtMs = Date.parse('2026-10-06T11:59:00.000Z');
const start = () => fromOverview(overview(), receivedAtMs);

t.test('an overview becomes maps by id and the offset of the clocks', async (t) => {
  const state = start();
  t.equal(state.devices.get('d1')?.name, 'db-1');
  t.equal(state.incidents.size, 1);
  t.equal(state.users.get('u1'), 'Ana');
  t.equal(state.serverOffsetMs, 60_000, 'the server is a minute ahead of this browser');
});

t.test('changes put whole documents in the place of those with the same id', async (t) => {
  const state = applyChanges(
    start(),
    { type: 'changes', devices: [device({ state: 'lost' }), device({ id: 'd2', name: 'db-2' })] },
    receivedAtMs,
  );
  t.equal(state.devices.get('d1')?.state, 'lost');
  t.equal(state.devices.get('d2')?.name, 'db-2');
});

t.test('removed devices leave, even when the same message still carried them', async (t) => {
  const state = applyChanges(start(), { type: 'changes', devices: [device()], removedDevices: ['d1'] }, receivedAtMs);
  t.equal(state.devices.size, 0);
});

t.test('maps that a message does not touch keep their identity, so that their views stay still', async (t) => {
  const before = start();
  const after = applyChanges(before, { type: 'changes', devices: [device({ cpuBusyRatio: 0.9 })] }, receivedAtMs);
  t.equal(after.incidents, before.incidents);
  t.equal(after.clients, before.clients);
  t.not(after.devices, before.devices);
  t.equal(before.devices.get('d1')?.cpuBusyRatio, 0.2, 'the old state is not changed');
});

t.test('of an incident the younger document stays, whichever comes first', async (t) => {
  const young = incident({ state: 'acknowledged', updatedAt: '2026-10-06T11:30:00.000Z' });
  const old = incident({ sentence: 'older', updatedAt: '2026-10-06T11:20:00.000Z' });
  const apply = (...documents: (typeof young)[]) =>
    documents
      .reduce(
        (state, document) => applyChanges(state, { type: 'changes', incidents: [document] }, receivedAtMs),
        start(),
      )
      .incidents.get('i1');
  t.same(apply(young, old), young);
  t.same(apply(old, young), young);
});

t.test('a newer health brings a newer offset', async (t) => {
  const server = { ...overview().server, now: '2026-10-06T12:10:00.000Z', warnings: ['The disk is full.'] };
  const state = applyChanges(start(), { type: 'changes', server }, receivedAtMs);
  t.same(state.server.warnings, ['The disk is full.']);
  t.equal(state.serverOffsetMs, 11 * 60_000);
});

t.test('property: messages one by one end where one message with all their documents ends', async (t) => {
  const change = fc.record({
    id: fc.constantFrom('d1', 'd2', 'd3'),
    cpuBusyRatio: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  holds(
    t,
    fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 6 }), (batches) => {
      const messages = batches.map(
        (batch): Changes => ({ type: 'changes', devices: batch.map((each) => device(each)) }),
      );
      const apart = messages.reduce((state, message) => applyChanges(state, message, receivedAtMs), start());
      const together = applyChanges(
        start(),
        { type: 'changes', devices: messages.flatMap((each) => each.devices ?? []) },
        receivedAtMs,
      );
      assert.deepEqual(apart.devices, together.devices);
    }),
    { numRuns: 50 },
  );
});

t.test('services arrive with the overview and change live', async (t) => {
  const service = {
    id: 'v1',
    slug: 'mail',
    clientId: 'c1',
    name: 'Mail',
    deviceIds: [],
    needed: 0,
    checkIds: [],
    blocks: null,
    targetPpm: null,
    state: 'up' as const,
    sentence: 'Every check passes.',
    said: said('service.up', { up: null, total: 0, needed: 0, hasChecks: true }),
    since: null,
    warnings: [],
  };
  const before = fromOverview(overview({ services: [service] }), receivedAtMs);
  t.equal(before.services.get('v1')?.state, 'up');
  const after = applyChanges(before, { type: 'changes', services: [{ ...service, state: 'down' }] }, receivedAtMs);
  t.equal(after.services.get('v1')?.state, 'down');
  t.equal(after.incidents, before.incidents);
  t.equal(after.month, before.month, 'figures of the month come with the overview only');
});
