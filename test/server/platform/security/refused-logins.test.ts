import t from 'tap';
import { createRefusedLogins } from '../../../../server/platform/security/refused-logins.ts';
import type { AuditEntry } from '../../../../server/platform/store/audit/log.ts';

function setUp() {
  const rows: AuditEntry[] = [];
  const state = { isBroken: false, warnings: 0 };
  const refused = createRefusedLogins({
    clock: () => 0,
    logger: {
      warn() {
        state.warnings += 1;
      },
    },
    async append(entry) {
      if (state.isBroken) throw new Error('disk full');
      rows.push(entry);
    },
  });
  return { rows, state, refused };
}

t.test('the first is written at once, all others of the minute in one row', async (t) => {
  const { rows, refused } = setUp();
  refused.note({ userId: 'ada', address: '192.0.2.1', isHeld: false });
  await new Promise(setImmediate);
  t.match(rows, [{ actor: 'server', action: 'session.refused', subject: 'ada', detail: { count: 1, held: 0 } }]);
  for (let index = 0; index < 5000; index += 1) {
    refused.note({ userId: index % 2 === 0 ? 'ada' : null, address: `a${index % 3000}`, isHeld: index >= 4000 });
  }
  await new Promise(setImmediate);
  t.equal(rows.length, 1, 'nothing more within the minute');
  await refused.close();
  t.equal(rows.length, 2);
  t.match(rows[1], { subject: 'several', detail: { count: 5000, held: 1000 } });
  const { accounts, addresses } = rows[1]?.detail ?? {};
  t.same(accounts, [
    { name: 'ada', count: 2000 },
    { name: 'unknown', count: 2000 },
  ]);
  t.equal((addresses as unknown[]).length, 10);
  t.ok(JSON.stringify(rows[1]).length < 2000, 'however many there are');
});

t.test('what cannot be written is in the next row', async (t) => {
  const { rows, state, refused } = setUp();
  state.isBroken = true;
  refused.note({ userId: 'ada', address: 'x', isHeld: false });
  await refused.flush();
  refused.note({ userId: 'ada', address: 'x', isHeld: false });
  await refused.flush();
  t.same([rows.length, state.warnings], [0, 3]);
  state.isBroken = false;
  refused.note({ userId: 'bob', address: 'x', isHeld: false });
  await refused.close();
  t.match(rows, [{ subject: 'several', detail: { count: 3 } }]);
});
