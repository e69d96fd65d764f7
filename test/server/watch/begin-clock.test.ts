import pino from 'pino';
import t, { type Test } from 'tap';
import { createApp } from '../../../server/app/app.ts';
import { readConfig } from '../../../server/app/config/config.ts';
import { everyClient } from '../../../server/domain/scope.ts';
import { createClock } from '../../../server/platform/clock.ts';
import { openStore } from '../../../server/platform/store/store.ts';
import { beginClock } from '../../../server/watch/begin-clock.ts';
import { stepStatement } from '../../../server/watch/clock-step.ts';
import { readAliveAt } from '../../../server/watch/replay.ts';
import { ALIVE_SETTING } from '../../../server/watch/saved-memories.ts';
import { addTenant, incidentRow, tempStore } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NOW = Date.UTC(2026, 2, 1);
const logger = pino({ level: 'silent' });

/** A clock whose time of day stands. */
const clockAt = (wallMs: number) =>
  createClock(
    () => wallMs,
    () => 0,
    () => 0,
  );

/** A folder with 60 days of ledger and incidents, and the real server over it. */
async function folder(t: Test) {
  const dir = tempDir(t);
  const config = readConfig({ VIGIA_DATA_DIR: dir, VIGIA_PORT: '0' });
  const start = async (wall: () => number): Promise<void> => {
    const app = await createApp({ config, logger, version: '0.1.0', clock: createClock(wall) });
    await app.start();
    await app.stop();
  };
  const rows = async () => {
    const store = await openStore({ path: `${dir}/state.db`, clock: Date.now });
    const ledger = await store.db
      .selectFrom('presence_interval')
      .select(['start_ms', 'end_ms'])
      .orderBy('start_ms')
      .execute();
    const incidents = await store.db
      .selectFrom('incident')
      .select(['onset_at', 'opened_at', 'resolved_at'])
      .where('rule', '=', 'disk.space')
      .orderBy('onset_at')
      .execute();
    await store.close();
    return { ledger, incidents };
  };
  const now = Date.now();
  await start(Date.now);
  const store = await openStore({ path: `${dir}/state.db`, clock: Date.now });
  const tenant = await addTenant(store, 'Acme');
  const all = store.scoped(everyClient);
  for (let day = 1; day <= 60; day += 1) {
    const at = now - day * DAY;
    const of = { client_id: tenant.client.id, device_id: tenant.device.id, state: 'down', reason: 'silent' } as const;
    const times = { onset_at: at, opened_at: at, updated_at: at, resolved_at: at + HOUR };
    await store.commit([
      all.presence.insertStatement({ ...of, start_ms: at, end_ms: at + HOUR, evidence_json: '{}', revised: 0 }),
      all.incidents.saveStatement(
        incidentRow(tenant, { id: `i${day}`, key: `k${day}`, rule: 'disk.space', state: 'resolved', ...times }),
      ),
    ]);
  }
  await store.close();
  return { start, rows };
}

t.test('a start with a clock that is behind loses nothing and dates nothing anew', async (t) => {
  const { start, rows } = await folder(t);
  const before = await rows();
  t.equal(before.ledger.length, 60);
  for (const wall of [
    () => Date.now() - 45 * DAY,
    () => Date.UTC(2000, 0, 1),
    () => Date.now() - 2 * HOUR,
    // And what the starts with a wrong clock have stored misleads no later one.
    () => Date.UTC(2001, 0, 1),
    Date.now,
  ]) {
    await start(wall);
    t.same(await rows(), before, new Date(wall()).toISOString());
  }
});

t.test('it goes on from what is stored, and doubts the time of day', async (t) => {
  const store = await tempStore(t, { nowMs: NOW });
  await store.commit([store.settings.setStatement(ALIVE_SETTING, NOW)]);
  for (const [behindMs, goesOnFrom] of [
    [-DAY, NOW + DAY],
    [0, NOW],
    // Slewed, as ever.
    [30_000, NOW - 30_000],
    [30_001, NOW + 30_000],
    [45 * DAY, NOW + 30_000],
  ] as const) {
    const clock = clockAt(NOW - behindMs);
    await beginClock({ clock, store, logger, lagMs: 30_000 });
    t.equal(clock.now(), goesOnFrom, `${behindMs}`);
    t.equal(clock.steps.doubt()?.sizeMs ?? 0, goesOnFrom === NOW - behindMs ? 0 : -behindMs - 30_000);
  }
  t.equal(await readAliveAt(store), NOW);
});

t.test(
  'a known step that was taken back while no server ran is healed once; by more, it is not that step',
  async (t) => {
    const store = await tempStore(t, { nowMs: NOW });
    const tenant = await addTenant(store, 'Acme');
    const all = store.scoped(everyClient);
    const at = NOW - HOUR / 2;
    await store.commit([
      stepStatement(store, { sizeMs: HOUR, since: NOW - HOUR }),
      store.settings.setStatement(ALIVE_SETTING, NOW),
      all.incidents.saveStatement(
        incidentRow(tenant, { id: 'i', key: 'k', onset_at: at, opened_at: at, updated_at: at }),
      ),
    ]);
    const onset = async () => (await all.incidents.get('i'))?.onset_at;
    for (const [wall, dated, now] of [
      [NOW - 3 * HOUR, at, NOW + 30_000],
      [NOW - 50 * MINUTE, at - HOUR, NOW - 50 * MINUTE],
      [NOW - 50 * MINUTE, at - HOUR, NOW - 50 * MINUTE],
    ] as const) {
      const clock = clockAt(wall);
      await beginClock({ clock, store, logger, lagMs: 30_000 });
      t.equal(clock.now(), now);
      t.equal(await onset(), dated);
    }
  },
);
