import t from 'tap';
import { backoffMs } from '../../../dashboard/data/backoff.ts';
import { deviceHref, fleetHref, routeOf } from '../../../dashboard/route/routes.ts';

t.test('paths', async (t) => {
  const f = (path: string, want: object) => t.same(routeOf(path), want, path);
  f('/', { view: 'now' });
  f('/fleet/', { view: 'fleet' });
  f('/devices/d1', { view: 'device', id: 'd1' });
  f('/devices', { view: 'not-found' });
  f('/incidents', { view: 'incidents' });
  f('/incidents/i1', { view: 'incident', id: 'i1' });
  f('/availability', { view: 'availability' });
  f('/availability/device/d1', { view: 'ledger', kind: 'device', id: 'd1' });
  f('/availability/client/c1', { view: 'not-found' });
  f('/availability/device', { view: 'not-found' });
  f('/clients', { view: 'clients' });
  f('/clients/c1', { view: 'client', id: 'c1' });
  f('/clients/c1/contract', { view: 'contract', id: 'c1' });
  f('/clients/c1/other', { view: 'not-found' });
  f('/sites/s1', { view: 'site', id: 's1' });
  f('/compare', { view: 'compare' });
  f('/sites', { view: 'not-found' });
  f('/settings', { view: 'settings', section: 'display' });
  f('/settings/keys', { view: 'settings', section: 'keys' });
  f('/settings/nothing', { view: 'not-found' });
  f('/constructor', { view: 'not-found' });
  f('/devices/%E0%A4%A', { view: 'device', id: '' });
  f('/a/b/c', { view: 'not-found' });
});

t.test('ids survive the way into an address and back', async (t) => {
  for (const id of ['d1', 'a/b', '../x', 'ü?#&', '%2F']) t.same(routeOf(deviceHref(id)), { view: 'device', id });
  t.equal(fleetHref({ client: 'a&b' }), '/fleet?client=a%26b');
});

t.test('the backoff is full jitter under a ceiling of 15 s', async (t) => {
  t.equal(
    backoffMs(0, () => 1),
    500,
  );
  t.equal(
    backoffMs(3, () => 0.5),
    2000,
  );
  t.equal(
    backoffMs(50, () => 1),
    15_000,
  );
  t.equal(
    backoffMs(50, () => 0),
    0,
  );
});
