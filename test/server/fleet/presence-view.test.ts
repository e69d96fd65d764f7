import t from 'tap';
import { makeRecord } from '../../../server/fleet/device-record.ts';
import { ledgerView } from '../../../server/fleet/presence-view.ts';
import { addTenant, tempStore } from '../../support/store.ts';

const START_MS = 1_800_000_000_000;
const MINUTE_MS = 60_000;

t.test('the open end of the ledger', async (t) => {
  const store = await tempStore(t, { nowMs: START_MS - MINUTE_MS });
  const { device } = await addTenant(store, 'Acme');
  const record = makeRecord(device, null);
  const last = { at: START_MS + MINUTE_MS, bootId: 'boot', bootMs: 2 * MINUTE_MS, monotonicMs: 2 * MINUTE_MS };
  Object.assign(record.memory.presence, { first: last, last, upFrom: START_MS });
  Object.assign(record, { intervalMs: 10_000 });

  const view = (now: number, lastHeardAt: number, isUp: boolean) => {
    record.lastHeardAt = lastHeardAt;
    record.liveness = { state: isUp ? 'up' : 'lost', since: 0, reason: '', loss: null };
    const range = { from: 0, to: Number.MAX_SAFE_INTEGER, now };
    return ledgerView(record, [], range).map(({ from, to, state, reason }) => {
      return [Date.parse(from) - START_MS, Date.parse(to) - START_MS, state, reason];
    });
  };
  t.same(
    view(START_MS + 70_000, START_MS + 69_000, true),
    [[0, 69_000, 'up', 'reported']],
    'between two reports a pong is proof enough',
  );
  t.same(
    view(START_MS + 10 * MINUTE_MS, START_MS + 10 * MINUTE_MS, true),
    [
      [0, MINUTE_MS, 'up', 'reported'],
      [MINUTE_MS, 10 * MINUTE_MS, 'unknown', 'silent'],
    ],
    'that it speaks again after ten minutes does not say that it ran: its first report will',
  );
  t.same(view(START_MS + 2 * MINUTE_MS, START_MS + MINUTE_MS, false), [
    [0, MINUTE_MS, 'up', 'reported'],
    [MINUTE_MS, 2 * MINUTE_MS, 'unknown', 'silent'],
  ]);
});
