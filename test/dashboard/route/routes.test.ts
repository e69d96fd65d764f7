import t from 'tap';
import { backoffMs } from '../../../dashboard/data/backoff.ts';
import { parametersOf } from '../../../dashboard/route/paths.ts';
import { deviceHref, fleetHref } from '../../../dashboard/route/routes.ts';

t.test('what a pattern says of an address', async (t) => {
  const f = (pattern: string, path: string, want: object | null) => t.same(parametersOf(pattern, path), want, path);
  f('', '/', {});
  f('fleet', '/fleet/', {});
  f('fleet', '/', null);
  f('devices/:id', '/devices/d1', { id: 'd1' });
  f('devices/:id', '/devices', null);
  f('devices/:id', '/devices/d1/more', null);
  f('incidents', '/incidents/i1', null);
  f('availability/:kind/:id', '/availability/device/d1', { kind: 'device', id: 'd1' });
  f('clients/:id/contract', '/clients/c1/contract', { id: 'c1' });
  f('clients/:id/contract', '/clients/c1/other', null);
  f('fleet', '/constructor', null);
  f('devices/:id', '/devices/%E0%A4%A', { id: '' });
  f('devices/:constructor', '/devices/__proto__', { constructor: '__proto__' });
});

t.test('ids survive the way into an address and back', async (t) => {
  for (const id of ['d1', 'a/b', '../x', 'ü?#&', '%2F']) t.same(parametersOf('devices/:id', deviceHref(id)), { id });
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
