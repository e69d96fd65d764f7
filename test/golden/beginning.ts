import type { ContractTerms } from '../../protocol/api/contract.ts';
import type { Api, Caller } from './api.ts';
import type { Machines } from './fleet.ts';
import { firstAdmin, join, keyOf, nobody, type People, portalOf } from './people.ts';
import { HOOK_SECRET, HOOK_URL, MAIL, SHOP_URL } from './receivers.ts';

/** What stands before the hour begins: people, clients, machines, what was promised and who is told. */
export interface Beginning {
  readonly people: People;
  readonly clients: { readonly dental: string; readonly bakery: string };
  readonly sites: { readonly office: string; readonly warehouse: string; readonly shop: string };
  readonly checks: { readonly shop: string; readonly port: string; readonly unit: string };
  readonly serviceId: string;
  readonly receiverIds: readonly string[];
  readonly windowId: string;
  readonly leaver: string;
}

export async function begin(api: Api, machines: Machines, firstRunLink: string): Promise<Beginning> {
  const admin = await firstAdmin(api, firstRunLink);
  const technician = await join(api, admin, { role: 'technician', name: 'Tom Technician', address: '203.0.113.2' });
  const viewer = await join(api, admin, { role: 'viewer', name: 'Vera Viewer', address: '203.0.113.3' });
  await join(api, admin, { role: 'technician', name: 'Lea Leaver', address: '203.0.113.4' });
  for (const name of ['db-1', 'files-1', 'app-1', 'desk-1', 'gw-1', 'cam-1', 'scale-1', 'pos-1', 'till-1'] as const)
    await machines.join(name, admin);

  const overview = (await api.ask(admin, 'GET', '/api/v1/overview')).body;
  const idOf = (list: 'clients' | 'sites' | 'users', name: string): string => {
    const found = overview[list].find((one: { name: string }) => one.name === name);
    if (found === undefined) throw new Error(`There is no ${name} among the ${list}.`);
    return found.id;
  };
  const clients = { dental: idOf('clients', 'Oldenburg Dental'), bakery: idOf('clients', 'Weiss Bakery') };
  const sites = {
    office: idOf('sites', 'Main office'),
    warehouse: idOf('sites', 'Warehouse'),
    shop: idOf('sites', 'Shop'),
  };
  const people: People = {
    ...{ admin, technician, viewer, nobody },
    key: await keyOf(api, admin, { name: 'key', role: 'viewer', clientId: clients.dental }),
    scraper: await keyOf(api, admin, { name: 'scraper', role: 'metrics', clientId: null }),
    portal: await portalOf(api, admin, clients.dental),
  };
  await agree(api, admin, clients);
  const receiverIds = await addReceivers(api, admin, clients.bakery);
  const { checks, serviceId } = await watchShop(api, technician, machines, clients.dental);
  const windowId = await plan(api, technician, clients.dental, machines.get('app-1').deviceId);
  await describe(api, technician, admin, sites.office, machines);
  return { people, clients, sites, checks, serviceId, receiverIds, windowId, leaver: idOf('users', 'Lea Leaver') };
}

/** One client with hours in Tashkent and a quarter of an hour to respond, one in Zurich around the clock. */
async function agree(api: Api, admin: Caller, clients: Beginning['clients']): Promise<void> {
  const presets = (await api.ask(admin, 'GET', '/api/v1/contract-presets')).body;
  const terms = presets.items[0].terms as ContractTerms;
  const since = { startsOn: '2026-03-01', endsOn: null };
  const minutes = (count: number) => ({ minutes: count, binding: true });
  const weekly = [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '08:00', to: '17:00' }));
  const dental: ContractTerms = {
    ...terms,
    ...since,
    response: { high: minutes(15), medium: minutes(60), normal: { minutes: 480, binding: false } },
    calendar: { timeZone: 'Asia/Tashkent', weekly, exceptions: [] },
    availability: { serverTargetPpm: 999_000, serviceTargetPpm: 995_000, workstationTargetPpm: null },
    emergency: { ...terms.emergency, onSiteMinutes: 120 },
    onSiteFrom: 'not_remotely',
    clockFrom: 'detection',
  };
  await api.act(admin, 'POST', `/api/v1/contracts/check?client=${clients.dental}`, dental);
  await api.act(admin, 'PUT', `/api/v1/clients/${clients.dental}/contract`, dental);
  const everyDay = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, from: '00:00', to: '24:00' }));
  await api.act(admin, 'PUT', `/api/v1/clients/${clients.bakery}/contract`, {
    ...terms,
    ...since,
    tier: 'own',
    tierName: 'Bread at night',
    response: { high: minutes(30), medium: minutes(120), normal: { minutes: null, binding: false } },
    calendar: { timeZone: 'Europe/Zurich', weekly: everyDay, exceptions: [] },
    clockFrom: 'report',
  });
}

async function addReceivers(api: Api, admin: Caller, bakery: string): Promise<string[]> {
  const mail = { kind: 'email', ...MAIL, security: 'none', user: null, from: 'vigia@msp.example' };
  const hook = { kind: 'webhook', url: HOOK_URL, secret: HOOK_SECRET };
  const wanted = [
    {
      name: 'On call',
      clientId: null,
      minPriority: 'high',
      clocks: true,
      target: { ...mail, to: ['oncall@msp.example'] },
    },
    { name: 'Everything', clientId: null, minPriority: 'normal', clocks: true, target: hook },
    {
      name: 'Baker',
      clientId: bakery,
      minPriority: 'normal',
      clocks: false,
      target: { ...mail, to: ['weiss@bakery.example', 'till@bakery.example'] },
    },
  ];
  const ids: string[] = [];
  for (const receiver of wanted) ids.push((await api.act(admin, 'POST', '/api/v1/receivers', receiver)).body.id);
  await api.act(admin, 'POST', `/api/v1/receivers/${ids[0]}/test`, {});
  return ids;
}

/** Three checks and the service made of two of them. */
async function watchShop(
  api: Api,
  technician: Caller,
  machines: Machines,
  clientId: string,
): Promise<Pick<Beginning, 'checks' | 'serviceId'>> {
  const { deviceId } = machines.get('db-1');
  const times = { intervalSeconds: 30, timeoutSeconds: 5, forSeconds: 60 };
  const make = async (check: object): Promise<string> =>
    (await api.act(technician, 'POST', '/api/v1/checks', { clientId, ...times, ...check })).body.id;
  const checks = {
    shop: await make({
      deviceId: null,
      name: 'Web shop',
      target: { kind: 'http', url: SHOP_URL, text: 'shop' },
      priority: 'high',
    }),
    port: await make({
      deviceId,
      name: 'Database',
      target: { kind: 'tcp', host: '127.0.0.1', port: 5432 },
      priority: 'medium',
    }),
    unit: await make({
      deviceId,
      name: 'Backup unit',
      target: { kind: 'unit', name: 'backup.timer' },
      priority: 'normal',
    }),
  };
  const { body } = await api.act(technician, 'POST', '/api/v1/services', {
    clientId,
    name: 'Appointments',
    deviceIds: [deviceId, machines.get('app-1').deviceId],
    needed: 1,
    checkIds: [checks.shop, checks.port],
    blocks: 'taking appointments',
    targetPpm: null,
  });
  return { checks, serviceId: body.id };
}

/** A window of twenty minutes in this hour, and one every Sunday. */
async function plan(api: Api, technician: Caller, clientId: string, deviceId: string): Promise<string> {
  const rest = { clientId, timeZone: 'Asia/Tashkent' };
  const tonight = {
    ...rest,
    title: 'Update of the application',
    target: { kind: 'device', id: deviceId },
    startsAt: '2026-04-01T08:04',
    durationMinutes: 20,
    rrule: null,
  };
  await api.act(technician, 'POST', '/api/v1/maintenance/preview', tonight);
  const { body } = await api.act(technician, 'POST', '/api/v1/maintenance', tonight);
  await api.act(technician, 'POST', '/api/v1/maintenance', {
    ...rest,
    title: 'Sundays',
    target: { kind: 'client', id: null },
    startsAt: '2026-04-05T22:00',
    durationMinutes: 120,
    rrule: 'FREQ=WEEKLY;BYDAY=SU',
  });
  return body.id;
}

/** What people write down about places and machines. */
async function describe(
  api: Api,
  technician: Caller,
  admin: Caller,
  siteId: string,
  machines: Machines,
): Promise<void> {
  await api.act(technician, 'PUT', `/api/v1/sites/${siteId}/card`, {
    address: 'Amir Temur Avenue 1',
    openingHours: 'Mon-Fri 8-17',
    contacts: [{ name: 'Olga', role: 'reception', phone: '+998 71 000 00 00', email: 'olga@dental.example' }],
    emergency: 'The key is with the neighbour.',
  });
  await api.act(admin, 'PUT', '/api/v1/holidays', {
    country: 'CH',
    region: 'ZH',
    year: 2026,
    added: [{ date: '2026-04-20', name: 'Sechseläuten' }],
    removed: [],
    why: 'The town is closed in the afternoon.',
  });
  await api.act(technician, 'PATCH', `/api/v1/devices/${machines.get('db-1').deviceId}`, {
    tags: ['database', 'core'],
  });
  await api.act(technician, 'PATCH', `/api/v1/devices/${machines.get('till-1').deviceId}`, { expectedHours: true });
}
