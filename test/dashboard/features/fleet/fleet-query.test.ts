import t from 'tap';
import {
  comparison,
  filterDevices,
  groupRows,
  parseFleetQuery,
} from '../../../../dashboard/features/fleet/fleet-query.ts';
import { byId, clients, device, sites } from '../../documents.ts';

const names = { clients: byId(clients), sites: byId(sites) };
const fleet = [
  device({ id: '1', name: 'db-1', cpuBusyRatio: 0.9 }),
  device({ id: '2', name: 'db-2', cpuBusyRatio: null, state: 'pending', lastReportAt: null, os: null }),
  device({ id: '3', name: 'web-1', cpuBusyRatio: 0.1, clientId: 'c2', siteId: 's2', state: 'lost', openIncidents: 2 }),
  device({ id: '4', name: 'web-10', cpuBusyRatio: 0.4, clientId: 'c2', siteId: 's2' }),
  device({ id: '5', name: 'web-9', cpuBusyRatio: 0.4, kind: 'workstation', state: 'off', lowDriveBytes: 9e9 }),
];

const show = (address: string) => {
  const query = parseFleetQuery(new URLSearchParams(address));
  return filterDevices(fleet, names, query)
    .sort(comparison(names, query))
    .map(({ name }) => name);
};

t.test('the address decides what is shown and in which order', async (t) => {
  const f = (address: string, want: string[]) => t.same(show(address), want, address || 'nothing said');
  f('', ['web-1', 'db-2', 'web-9', 'db-1', 'web-10']);
  f('sort=name', ['db-1', 'db-2', 'web-1', 'web-9', 'web-10']);
  f('sort=-name', ['web-10', 'web-9', 'web-1', 'db-2', 'db-1']);
  f('sort=cpu', ['web-1', 'web-9', 'web-10', 'db-1', 'db-2']);
  f('sort=-cpu', ['db-1', 'web-9', 'web-10', 'web-1', 'db-2']);
  f('state=lost,pending', ['web-1', 'db-2']);
  f('state=nonsense&sort=nonsense', ['web-1', 'db-2', 'web-9', 'db-1', 'web-10']);
  f('q=BETA web', ['web-1', 'web-10']);
  f('q=workstation', ['web-9']);
  f('client=c1&sort=name', ['db-1', 'db-2', 'web-9']);
  f('incidents=open', ['web-1']);
  f('group=client&sort=name', ['db-1', 'db-2', 'web-9', 'web-1', 'web-10']);
});

t.test('workstations short of space on the system drive, those with least first', async (t) => {
  const low = (id: string, lowDriveBytes: number | null, usedRatio: number) =>
    device({ id, name: id, lowDriveBytes, fullestDisk: { mountpoint: '/home', usedRatio, availableBytes: 1e9 } });
  const some = [low('a', 9e9, 0.99), low('b', 1e9, 0.5), low('c', null, 0.999)];
  const f = (address: string, want: string[]) => {
    const query = parseFleetQuery(new URLSearchParams(address));
    const shown = filterDevices(some, names, query).sort(comparison(names, query));
    t.same(
      shown.map(({ name }) => name),
      want,
      address,
    );
  };
  f('drive=low&sort=-disk', ['b', 'a']);
  f('drive=nonsense&sort=-disk', ['c', 'a', 'b']);
});

t.test('state chips count what the other filters let through', async (t) => {
  const query = parseFleetQuery(new URLSearchParams('q=beta&state=up'));
  t.same(filterDevices(fleet, names, query, { ignoreStates: true }).length, 2);
});

t.test('groups stand over their devices', async (t) => {
  const rows = groupRows(fleet, names, 'site');
  t.same(
    rows.map((row) => (row.kind === 'group' ? `${row.title}: ${row.devices.length}` : row.device.name)),
    ['Acme / North: 3', 'db-1', 'db-2', 'web-9', 'Beta / South: 2', 'web-1', 'web-10'],
  );
  t.equal(groupRows(fleet, names, 'none').length, 5);
});
