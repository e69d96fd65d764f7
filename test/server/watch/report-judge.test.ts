import t, { type Test } from 'tap';
import type { DeviceKind } from '../../../protocol/api/view.ts';
import { summarise } from '../../../server/features/devices/summary.ts';
import { openStore } from '../../../server/platform/store/store.ts';
import { CoreAgent, startCore } from '../../support/core.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { disk, GiB, type Values } from '../../support/reading.ts';
import { addTenant } from '../../support/store.ts';
import { tempDir } from '../../support/temp-dir.ts';

const START = Date.UTC(2026, 2, 1);

/** One machine of this kind that reports; `report` answers with what its row says and whether screens were told of it. */
async function machine(t: Test, kind: DeviceKind) {
  const clock = new FakeClock(START);
  const dir = tempDir(t);
  const store = await openStore({ path: `${dir}/state.db`, clock: () => START });
  const { device } = await addTenant(store, 'Acme');
  await store.db.updateTable('device').set({ kind }).where('id', '=', device.id).execute();
  await store.close();
  const core = await startCore(t, { dir, clock });
  const record = core.fleet.require(device.id);
  const agent = new CoreAgent(START);
  return {
    async report(values: Values, { measuredAgoMs = 0, backfill = false } = {}) {
      clock.ms += 60_000;
      const before = core.published.length;
      agent.offer(core, record, clock.ms - measuredAgoMs, values, backfill);
      await core.ingest.drain();
      await core.watch.tick();
      return { left: summarise(record, core.book, 0).lowDriveBytes, told: core.published.length - before };
    },
  };
}

t.test('a workstation whose system drive has less than 10 GB left is on the list while it has', async (t) => {
  const { report } = await machine(t, 'workstation');
  t.same((await report(disk('/', 100, 20))).left, null);
  await report(disk('/', 100, 20));
  const f = async (values: Values, left: number | null, told: number, what: string) =>
    t.same(await report(values), { left, told }, what);
  await f(disk('/', 100, 10), null, 0, '10 GB are enough');
  await f(disk('/', 100, 9), 9 * GiB, 1, 'screens are told when it comes onto the list');
  await f(disk('/', 100, 8), 8 * GiB, 0, 'and not of every report');
  await f(disk('/', 100, null), 8 * GiB, 0, 'what cannot be read changes nothing');
  await f({ ...disk('/', 100, 30), ...disk('/home', 100, 1) }, null, 1, 'other drives do not count');
  await f(disk('C:', 100, 2), 2 * GiB, 1, 'the drive of Windows does');
});

t.test('what is older than what is known is not believed', async (t) => {
  const { report } = await machine(t, 'workstation');
  await report(disk('/', 100, 20));
  t.equal((await report(disk('/', 100, 1), { measuredAgoMs: 90_000 })).left, null, 'late');
  t.equal((await report(disk('/', 100, 1), { backfill: true, measuredAgoMs: 600_000 })).left, null, 'kept meanwhile');
});

t.test('a server is no workstation: its disks have rules of their own', async (t) => {
  const { report } = await machine(t, 'server');
  t.equal((await report(disk('/', 100, 1))).left, null);
});
