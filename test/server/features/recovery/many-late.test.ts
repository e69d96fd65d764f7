import t from 'tap';
import type { RecoveryPlanInput } from '../../../../protocol/api/recovery.ts';
import { ChangeSet } from '../../../../server/core/incidents/change-set.ts';
import { IncidentBook } from '../../../../server/core/incidents/incident-book.ts';
import { GoneDevices } from '../../../../server/features/recovery/gone-devices.ts';
import { PlanBook } from '../../../../server/features/recovery/plan-book.ts';
import { RecoveryJudge, type RecoveryJudgeOptions } from '../../../../server/features/recovery/recovery-judge.ts';
import { addTenant, tempStore } from '../../../support/store.ts';

const HOUR_MS = 3_600_000;
const NOW = 1_800_000_000_000;
const noPoints = { of: () => [], breakOf: () => null, clockSet: () => undefined } as unknown;

const input = (clientId: string, deviceId: string | null): RecoveryPlanInput => ({
  ...{ clientId, deviceId, serviceId: null, name: 'Files', tool: 'restic', rpoMinutes: 240, rtoMinutes: null },
  ...{ target: { place: 'nas', isOffSite: false }, rhythm: { kind: 'interval', everyMinutes: 60 } },
  ...{ closed: { weekdays: [], dates: [] }, timeZone: 'UTC', durationMinutes: 0, graceMinutes: 10 },
});

async function desk(t: Parameters<typeof tempStore>[0]) {
  const store = await tempStore(t);
  const tenant = await addTenant(store, 'Acme');
  const book = new IncidentBook(store, HOUR_MS);
  const plans = new PlanBook();
  const judge = new RecoveryJudge({
    ...{
      store,
      book,
      plans,
      terms: { at: () => null, inForce: () => [] },
      gone: new GoneDevices(),
      siteOfDevice: () => null,
    },
    points: noPoints as RecoveryJudgeOptions['points'],
  });
  const put = (id: string, deviceId: string | null): void => {
    const versions = [{ from: NOW, input: input(tenant.client.id, deviceId) }];
    plans.put({ id, clientId: tenant.client.id, createdAt: NOW, removedAt: null, versions });
  };
  const look = (at: number): ChangeSet => {
    const changes = new ChangeSet();
    judge.judge(changes, at);
    return changes;
  };
  return { store, tenant, book, put, look };
}

t.test('a thousand plans that are late at once write once what stands', async (t) => {
  const { store, book, put, look } = await desk(t);
  for (let index = 0; index < 1_000; index += 1) put(`plan-${index}`, null);
  const changes = look(NOW + 2 * HOUR_MS);
  t.equal(changes.incidents.length, 1_000);
  const statements = changes.statements(store, 0, NOW);
  t.equal(statements.filter(({ parameters }) => parameters.includes('recovery.raised')).length, 1);
  await store.commit(statements);
  book.keep();
  t.equal(((await store.settings.get('recovery.raised')) as unknown[]).length, 1_000);
  t.notOk(look(NOW + 2 * HOUR_MS + 1).hasWrites);
});

t.test('a plan that protects something else in the middle of a breach has its incident there', async (t) => {
  const { store, tenant, book, put, look } = await desk(t);
  put('plan', tenant.device.id);
  const told = async (at: number) => {
    const changes = look(at);
    await store.commit(changes.statements(store, 0, at));
    book.keep();
    return changes.incidents.map(({ record: { deviceId, state, priority } }) => [deviceId, state, priority]);
  };
  t.same(await told(NOW + 5 * HOUR_MS), [[tenant.device.id, 'open', 'high']]);
  put('plan', null);
  const at = NOW + 6 * HOUR_MS;
  const refused = look(at);
  for (const undo of refused.undoing.toReversed()) undo();
  book.takeBack();
  const moved = [
    [tenant.device.id, 'resolved', 'high'],
    [null, 'open', 'high'],
  ];
  t.same(await told(at), moved, 'also after it was refused once');
  t.same(await told(at + 1), []);
  const kept = await store.settings.get('recovery.raised');
  t.match(kept, [['plan', { deviceId: null, priority: 'high' }]]);
});
