import t from 'tap';
import { said } from '../../../../protocol/said/said.ts';
import { everyClient } from '../../../../server/domain/scope.ts';
import { deviceFacts } from '../../../../server/fleet/device-facts.ts';
import { identify } from '../../../../server/fleet/device-identity.ts';
import { maintenanceWorld, restart } from '../../../support/maintenance.ts';

const at = (time: string): number => Date.parse(`2026-03-${time.length > 5 ? time : `01T${time}`}:00Z`);

t.test('exclusions are clipped, sorted, without overlap, and name their author', async (t) => {
  const world = await maintenanceWorld(t, 60);
  await world.plan();
  await world.plan({ title: 'Firmware', startsAt: '2026-03-01T10:30', durationMinutes: 90 });
  await world.plan({ title: 'Elsewhere', target: { kind: 'tag', id: 'none' } });
  await world.at('09:30');
  await world.plan({ title: 'Late', startsAt: '2026-03-01T10:00', durationMinutes: 600 });
  const { windows } = world.maintenance;
  const device = deviceFacts(world.device.info);
  t.match(windows.exclusions(device, at('10:15'), at('20:00')), [
    {
      start: at('10:15'),
      end: at('11:00'),
      reason: 'maintenance',
      author: 'Tess',
      said: said('ledger.maintenance', { title: 'Patches', by: 'Tess', declaredAt: at('00:00') }),
    },
    { start: at('11:00'), end: at('12:00'), said: { params: { title: 'Firmware' } } },
  ]);
  t.same(windows.exclusions(device, at('00:00'), at('10:00')), []);
  t.same(windows.exclusions({ ...device, clientId: 'other' }, at('00:00'), at('20:00')), []);
});

t.test('tags and places of today do not rewrite what is past', async (t) => {
  let world = await maintenanceWorld(t, 60);
  const { device: row, site } = world.tenant;
  const { devices, sites } = world.store.scoped(everyClient);
  await world.plan({ title: 'db', target: { kind: 'tag', id: 'db' } });
  await world.plan({ title: 'site', target: { kind: 'site', id: site.id }, startsAt: '2026-03-01T14:00' });
  const moved = async (changes: Parameters<typeof devices.update>[1]) => {
    identify(world.device, await devices.update(row.id, changes));
    await world.maintenance.windows.loadPlacements(world.store, row.id);
  };
  const excluded = () => {
    const facts = deviceFacts(world.device.info);
    return world.maintenance.windows.exclusions(facts, at('00:00'), at('20:00')).map(({ start, end }) => [start, end]);
  };
  await world.at('08:30');
  await moved({ tags: ['db'] });
  const both = [
    [at('10:00'), at('11:00')],
    [at('14:00'), at('15:00')],
  ];
  t.same(excluded(), both, 'tagged before the notice was due');
  await world.at('10:20');
  await moved({ tags: [] });
  const cut = [
    [at('10:00'), at('10:20')],
    [at('14:00'), at('15:00')],
  ];
  t.same(excluded(), cut, 'the tag was taken away: what was stays');
  await world.at('10:40');
  await moved({ tags: ['db'] });
  t.same(excluded(), [cut[0], [at('10:40'), at('11:00')], cut[1]]);
  await world.at('16:00');
  const other = await sites.create(world.tenant.client.id, 'Other');
  await moved({ siteId: other.id, tags: ['db'] });
  t.same(excluded(), [cut[0], [at('10:40'), at('11:00')], cut[1]], 'moved afterwards');
  await world.close();
  world = await restart(t, world.left);
  t.same(excluded(), [cut[0], [at('10:40'), at('11:00')], cut[1]], 'also after a restart');
});

t.test('ten thousand devices ask for a year at little cost', async (t) => {
  const world = await maintenanceWorld(t, 60);
  await world.plan({ rrule: 'FREQ=WEEKLY', target: { kind: 'client', id: null } });
  const device = deviceFacts(world.device.info);
  const { windows } = world.maintenance;
  const [from, to] = [at('00:00'), at('00:00') + 365 * 86_400_000];
  t.equal(windows.exclusions(device, from, to).length, 53);
  const startedAt = process.cpuUsage();
  for (let n = 0; n < 10_000; n += 1) windows.exclusions({ ...device, id: `d${n}` }, from, to);
  const { user } = process.cpuUsage(startedAt);
  t.comment(`10,000 devices x 53 windows: ${Math.round(user / 1000)} ms of CPU`);
  t.ok(user < 2_000_000, 'the rule is expanded once');
});
