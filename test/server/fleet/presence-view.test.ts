import t from 'tap';
import { typed } from '../../../protocol/said/said.ts';
import type { Proof } from '../../../server/domain/ledger.ts';
import { heard, judged, linkOpened } from '../../../server/fleet/device-connection.ts';
import { goodbyeSaid } from '../../../server/fleet/device-memory.ts';
import { makeRecord } from '../../../server/fleet/device-record.ts';
import { ledgerView } from '../../../server/fleet/presence-view.ts';
import type { Row } from '../../../server/platform/store/tables.ts';
import { addTenant, tempStore } from '../../support/store.ts';

const START = Date.UTC(2026, 2, 1);
const MINUTE_MS = 60_000;
const iso = (ms: number) => new Date(START + ms).toISOString();
const newest: Proof = { at: START + 100_000, bootId: 'b', bootMs: 50_000, monotonicMs: 50_000 };

function deviceAt(enrolledMs: number, state: 'up' | 'lost' | 'pending') {
  const info = { id: 'd1', client_id: 'c1', enrolled_at: START + enrolledMs } as Row<'device'>;
  const record = makeRecord(info, null);
  judged(record.connection, { state, since: 0, reason: typed(''), loss: null });
  return record;
}

const row = (fromMs: number, toMs: number, state: 'up' | 'down', reason: string): Row<'presence_interval'> => ({
  id: fromMs,
  client_id: 'c1',
  device_id: 'd1',
  start_ms: START + fromMs,
  end_ms: START + toMs,
  state,
  reason,
  evidence_json: JSON.stringify({ before: { ...newest, at: START }, after: newest, announced: null }),
  revised: 0,
});

const rows = [row(0, 40_000, 'up', 'reported'), row(40_000, 60_000, 'down', 'reboot_unexpected')];

function view(record: ReturnType<typeof deviceAt>, fromMs: number, toMs: number, nowMs: number): string {
  return ledgerView(record, rows, { from: START + fromMs, to: START + toMs, now: START + nowMs })
    .map(({ from, to, state, reason }) => {
      const at = (text: string) => (Date.parse(text) - START) / 1_000;
      return `${state} ${reason} ${at(from)}-${at(to)}`;
    })
    .join(', ');
}

t.test('what is written, the present run, and the open end', async (t) => {
  const up = deviceAt(0, 'up');
  Object.assign(up.memory.presence, { last: newest, upFrom: START + 60_000 });
  heard(up.connection, START + 108_000);
  const written = 'up reported 0-40, down reboot_unexpected 40-60';
  t.equal(view(up, 0, 1e9, 109_000), `${written}, up reported 60-108`, 'a pong proves life between two reports');
  t.equal(view(up, 0, 1e9, 105_000), `${written}, up reported 60-105`, 'nothing lies in the future');
  t.equal(view(up, 50_000, 70_000, 109_000), 'down reboot_unexpected 50-60, up reported 60-70', 'clipped to the range');
  const lost = deviceAt(20_000, 'lost');
  Object.assign(lost.memory.presence, { last: newest, upFrom: START + 60_000 });
  t.equal(
    view(lost, 0, 1e9, 200_000),
    'up reported 20-40, down reboot_unexpected 40-60, up reported 60-100, unknown silent 100-200',
    'clipped to the enrolment',
  );
  goodbyeSaid(lost.memory, { reason: 'shutdown', at: newest.at });
  t.match(view(lost, 90_000, 1e9, 200_000), 'up reported 90-100, down shutdown_announced 100-200');
  t.equal(view(deviceAt(0, 'pending'), 60_000, 1e9, 200_000), '', 'a device that never reported has no ledger');
});

t.test('neighbours that say the same are joined, and each says what proves it', async (t) => {
  const record = deviceAt(0, 'up');
  const same = [
    row(0, 10_000, 'up', 'reported'),
    row(10_000, 20_000, 'up', 'reported'),
    row(20_000, 30_000, 'up', 'same_boot'),
  ];
  const range = { from: START, to: START + 1e9, now: START + 1e9 };
  t.match(ledgerView(record, same, range), [
    { from: iso(0), to: iso(20_000), evidence: /one boot of the machine/, revised: false },
    { from: iso(20_000), to: iso(30_000), evidence: /only the link was lost/ },
  ]);
});

t.test('the open end of the ledger', async (t) => {
  const store = await tempStore(t, { nowMs: START - MINUTE_MS });
  const { device } = await addTenant(store, 'Acme');
  const record = makeRecord(device, null);
  const last = { at: START + MINUTE_MS, bootId: 'boot', bootMs: 2 * MINUTE_MS, monotonicMs: 2 * MINUTE_MS };
  Object.assign(record.memory.presence, { first: last, last, upFrom: START });
  linkOpened(record.connection, { peer: null, remoteAddress: null, intervalMs: 10_000 }, START);

  const view = (now: number, lastHeardAt: number, isUp: boolean) => {
    heard(record.connection, lastHeardAt);
    judged(record.connection, { state: isUp ? 'up' : 'lost', since: 0, reason: typed(''), loss: null });
    const range = { from: 0, to: Number.MAX_SAFE_INTEGER, now };
    return ledgerView(record, [], range).map(({ from, to, state, reason }) => {
      return [Date.parse(from) - START, Date.parse(to) - START, state, reason];
    });
  };
  t.same(
    view(START + 70_000, START + 69_000, true),
    [[0, 69_000, 'up', 'reported']],
    'between two reports a pong is proof enough',
  );
  t.same(
    view(START + 10 * MINUTE_MS, START + 10 * MINUTE_MS, true),
    [
      [0, MINUTE_MS, 'up', 'reported'],
      [MINUTE_MS, 10 * MINUTE_MS, 'unknown', 'silent'],
    ],
    'that it speaks again after ten minutes does not say that it ran: its first report will',
  );
  t.same(view(START + 2 * MINUTE_MS, START + MINUTE_MS, false), [
    [0, MINUTE_MS, 'up', 'reported'],
    [MINUTE_MS, 2 * MINUTE_MS, 'unknown', 'silent'],
  ]);
});
