import type { Incident } from '../../protocol/api/view.ts';
import { checkReasons } from '../../protocol/check-reason.ts';
import type { Api } from './api.ts';
import type { Beginning } from './beginning.ts';
import type { MachineName, Machines } from './fleet.ts';
import type { Page } from './live.ts';
import { PASSWORD } from './people.ts';
import type { Outside } from './receivers.ts';
import { STARTS_AT, time } from './world.ts';

export interface Stage {
  readonly api: Api;
  readonly machines: Machines;
  readonly outside: Outside;
  readonly pages: { readonly admin: Page; readonly viewer: Page };
  readonly beginning: Beginning;
}

/** Minutes and seconds since the beginning, and what happens then. */
type Scene = readonly [minute: number, second: number, happens: (stage: Stage) => Promise<unknown> | unknown];

const iso = (minute: number): string => new Date(STARTS_AT + minute * 60_000).toISOString();

async function find(stage: Stage, rule: string, name: MachineName | null = null): Promise<Incident> {
  const { people } = stage.beginning;
  const { body } = await stage.api.ask(people.admin, 'GET', '/api/v1/incidents?state=all&limit=200');
  const deviceId = name === null ? null : stage.machines.get(name).deviceId;
  const items = body.items as Incident[];
  const found = items.find((one) => one.rule === rule && (deviceId === null || one.deviceId === deviceId));
  if (found) return found;
  const known = items.map((one) => `${one.rule} ${one.object} ${one.state}`).join(', ');
  throw new Error(`At ${new Date(time.now()).toISOString()} there is no incident ${rule}, only ${known}.`);
}

async function act(
  stage: Stage,
  rule: string,
  name: MachineName | null,
  verb: string,
  body: unknown = {},
): Promise<void> {
  const { id } = await find(stage, rule, name);
  await stage.api.act(stage.beginning.people.technician, 'POST', `/api/v1/incidents/${id}/${verb}`, body);
}

/** What the agent of db-1 found out about a check that it was asked to run. */
function result({ machines }: Stage, index: number, isUp: boolean): void {
  const machine = machines.get('db-1');
  const id = machine.plan.checks[index]?.id;
  if (id === undefined) throw new Error(`db-1 was not asked to run check ${index}.`);
  machine.readings[`check.up[${id}]`] = isUp ? 1 : 0;
  machine.readings[`check.reason[${id}]`] = checkReasons.indexOf(isUp ? 'ok' : 'refused');
  machine.readings[`check.duration[${id}]`] = 0.004;
  machine.readings[`check.age[${id}]`] = 3;
}

const setDisk = (availableBytes: number) => (stage: Stage) => {
  const { readings } = stage.machines.get('files-1');
  readings['fs.size[/data]'] = 100e9;
  readings['fs.available[/data]'] = availableBytes;
};

const all =
  (names: readonly MachineName[], work: (stage: Stage, name: MachineName) => unknown) => async (stage: Stage) => {
    for (const name of names) await work(stage, name);
  };

/** Back on the network, with what was measured meanwhile. */
const comeBack = async ({ machines, api }: Stage, name: MachineName): Promise<void> => {
  await machines.get(name).drop();
  await machines.get(name).connect(api.port);
};

const bootUp = async ({ machines, api }: Stage, name: MachineName): Promise<void> => {
  machines.get(name).boot();
  await machines.get(name).connect(api.port);
};

const warehouse = ['gw-1', 'cam-1', 'scale-1'] as const;

/** The hour. */
const scenes: readonly Scene[] = [
  [1, 0, (stage) => result(stage, 0, true)],
  [1, 0, (stage) => result(stage, 1, true)],
  [
    1,
    10,
    ({ pages, machines }) => pages.admin.watch(machines.get('files-1').deviceId, [machines.get('db-1').deviceId]),
  ],
  [1, 20, ({ pages, machines }) => pages.viewer.watch(null, [machines.get('pos-1').deviceId])],
  // A disk fills within minutes: first it is foreseen, then it is so.
  [2, 0, setDisk(60e9)],
  [3, 0, setDisk(45e9)],
  [4, 0, setDisk(31e9)],
  [5, 0, setDisk(18e9)],
  [6, 0, setDisk(9e9)],
  [7, 0, setDisk(3e9)],
  [9, 0, ({ pages }) => pages.admin.watch(null)],
  [
    5,
    5,
    ({ machines }) => {
      machines.get('desk-1').inventory.memoryBytes = 32 * 1024 ** 3;
      return machines.get('desk-1').sendInventory();
    },
  ],
  [6, 0, ({ machines }) => machines.get('pos-1').vanish()],
  [8, 0, ({ machines }) => machines.get('app-1').turnOff('reboot')],
  [9, 30, (stage) => act(stage, 'contact', 'pos-1', 'acknowledge')],
  [10, 0, (stage) => bootUp(stage, 'app-1')],
  [10, 20, (stage) => act(stage, 'contact', 'pos-1', 'notes', { text: 'The router is rebooted.', visible: true })],
  [
    11,
    0,
    async ({ machines, api }) => {
      const clone = machines.get('db-1').clone({ address: '198.51.100.66' });
      await clone.connect(api.port);
      await clone.drop();
    },
  ],
  [14, 0, (stage) => comeBack(stage, 'pos-1')],
  // Little is wrong with its clock: that can wait for the digest of 08:00.
  [
    14,
    10,
    ({ machines }) => {
      machines.get('pos-1').clockOffsetMs = 150_000;
    },
  ],
  [
    25,
    0,
    ({ machines }) => {
      machines.get('pos-1').clockOffsetMs = 0;
    },
  ],
  // A check that cannot make up its mind.
  ...[15, 17, 19, 21, 23, 25, 27].flatMap((minute): Scene[] => [
    [minute, 0, (stage) => result(stage, 0, false)],
    [minute + 1, 15, (stage) => result(stage, 0, true)],
  ]),
  [16, 0, ({ outside }) => outside.setShop(500)],
  [18, 30, ({ outside }) => outside.setShop(null)],
  [18, 0, all(warehouse, ({ machines }, name) => machines.get(name).vanish())],
  [20, 30, ({ outside }) => outside.setShop(200)],
  [21, 0, ({ outside }) => outside.setHook(false)],
  [
    22,
    0,
    ({ api, beginning }) => {
      const text = 'The X-ray pictures are not saved, and the screen says that the disk is full.';
      const said = { reporter: 'Olga', text, siteId: beginning.sites.office };
      return api.act(beginning.people.portal, 'POST', '/api/v1/portal/reports', said);
    },
  ],
  [23, 0, ({ outside }) => outside.setHook(true)],
  [
    24,
    0,
    async (stage) => {
      const { beginning, api, machines } = stage;
      const place = {
        clientId: beginning.clients.dental,
        siteId: beginning.sites.warehouse,
        deviceId: machines.get('gw-1').deviceId,
        serviceId: null,
      };
      const text = 'Nothing works in the warehouse.';
      const { technician } = beginning.people;
      await api.act(technician, 'POST', '/api/v1/person-reports/propose', { ...place, text });
      const report = {
        ...place,
        reporter: 'Igor',
        text,
        aboutInfrastructure: true,
        incidentId: null,
        priority: 'medium',
      };
      const { body } = await api.act(technician, 'POST', '/api/v1/person-reports', report);
      const { id: incidentId } = await find(stage, 'site.contact');
      await api.act(technician, 'POST', `/api/v1/person-reports/${body.id}/link`, { incidentId });
    },
  ],
  [26, 0, all(warehouse, comeBack)],
  // Planned work at 08:04 local: what goes down in it is silent.
  [26, 30, ({ machines }) => machines.get('app-1').turnOff('reboot')],
  [
    27,
    0,
    ({ api, beginning }) => {
      const change = {
        ...{
          clientId: beginning.clients.dental,
          title: 'Update of the application, longer',
          timeZone: 'Asia/Tashkent',
        },
        target: { kind: 'site', id: beginning.sites.office },
        startsAt: '2026-04-01T08:04',
        durationMinutes: 25,
        rrule: null,
      };
      return api.act(beginning.people.technician, 'PUT', `/api/v1/maintenance/${beginning.windowId}`, change);
    },
  ],
  [29, 0, (stage) => bootUp(stage, 'app-1')],
  [30, 0, ({ machines, beginning }) => machines.join('late-1', beginning.people.admin)],
  [31, 0, (stage) => act(stage, 'check.failed', 'db-1', 'assign', { userId: stage.beginning.leaver })],
  [32, 0, ({ machines }) => machines.get('desk-1').turnOff('shutdown')],
  [33, 0, ({ machines }) => machines.get('db-1').sendProcesses()],
  // The clock of the full disk runs from the opening at 08:00, and is over at 08:15.
  [38, 0, (stage) => act(stage, 'disk.space', 'files-1', 'acknowledge')],
  [38, 30, (stage) => act(stage, 'disk.space', 'files-1', 'respond', { text: 'Called Olga.' })],
  [21, 30, (stage) => act(stage, 'site.contact', null, 'clock/pause', { reason: 'Waiting for the provider.' })],
  [23, 30, (stage) => act(stage, 'site.contact', null, 'clock/resume')],
  [
    40,
    0,
    (stage) => act(stage, 'disk.space', 'files-1', 'priority', { priority: 'emergency', why: 'Nobody can work.' }),
  ],
  [40, 30, (stage) => act(stage, 'disk.space', 'files-1', 'on-site')],
  [41, 0, (stage) => act(stage, 'disk.space', 'files-1', 'on-site/arrived')],
  [
    42,
    0,
    (stage) => act(stage, 'disk.space', 'files-1', 'priority', { priority: 'normal', why: 'There is a second disk.' }),
  ],
  [43, 0, setDisk(55e9)],
  [34, 0, ({ machines }) => machines.get('app-1').turnOff(null)],
  [35, 0, (stage) => bootUp(stage, 'app-1')],
  [36, 0, ({ machines }) => machines.get('till-1').turnOff(null)],
  [
    37,
    0,
    ({ machines }) => {
      machines.get('gw-1').clockOffsetMs = 400_000;
    },
  ],
  [
    44,
    0,
    ({ machines }) => {
      machines.get('gw-1').clockOffsetMs = 0;
    },
  ],
  [
    40,
    0,
    ({ machines }) => {
      machines.get('cam-1').readings['fs.readOnly[/]'] = 1;
    },
  ],
  [
    44,
    0,
    ({ machines }) => {
      machines.get('cam-1').readings['fs.readOnly[/]'] = 0;
    },
  ],
  [
    45,
    0,
    async ({ api, beginning, machines }) => {
      const { technician } = beginning.people;
      const said = { verdict: 'down', responsibility: 'power', evidence: 'Ticket 4711 of the provider' };
      const path = `/api/v1/devices/${machines.get('app-1').deviceId}/attestations`;
      const { body } = await api.act(technician, 'POST', path, {
        ...said,
        from: iso(34),
        to: iso(35),
        why: 'The plug was pulled.',
      });
      await api.act(technician, 'POST', `/api/v1/sites/${beginning.sites.shop}/attestations`, {
        ...said,
        from: iso(37),
        to: iso(44),
        why: 'The shop had no power.',
      });
      await api.act(technician, 'DELETE', `/api/v1/attestations/${body.id}`);
    },
  ],
  [46, 0, (stage) => act(stage, 'identity.cloned', 'db-1', 'resolve', { text: 'The copy is switched off.' })],
  [
    47,
    0,
    async ({ api, beginning }) => {
      const { people, serviceId, checks, leaver } = beginning;
      await api.act(people.technician, 'PUT', `/api/v1/services/${serviceId}`, {
        ...{ clientId: beginning.clients.dental, name: 'Appointments online', deviceIds: [], needed: 0 },
        ...{ checkIds: [checks.shop], blocks: null, targetPpm: 990_000 },
      });
      await api.act(people.technician, 'DELETE', `/api/v1/checks/${checks.unit}`);
      await api.act(people.admin, 'GET', `/api/v1/users/${leaver}/left-behind`);
      await api.act(people.admin, 'POST', `/api/v1/users/${leaver}/disable`, { keep: [] });
    },
  ],
  [
    48,
    0,
    async ({ api, beginning }) => {
      const { admin, technician, viewer } = beginning.people;
      const password = 'a better horse battery';
      await api.act(technician, 'POST', '/api/v1/session/password', { current: PASSWORD, password });
      const { body } = await api.act(viewer, 'GET', '/api/v1/session');
      await api.act(admin, 'POST', `/api/v1/users/${body.user.id}/reset-link`, {});
    },
  ],
  [50, 0, ({ machines }) => machines.get('scale-1').drop()],
  [
    52,
    0,
    async ({ api, beginning, machines }) => {
      const { people, clients } = beginning;
      const { deviceId } = machines.get('files-1');
      const put = (who: typeof people.admin, id: string, body: object) =>
        api.act(who, 'PUT', `/api/v1/policies/${id}`, body);
      await put(people.admin, `client:${clients.dental}`, { values: { 'disk.high.belowBytes': 2 * 1024 ** 3 } });
      await put(people.admin, 'tag:database', { values: { 'cpu.raiseRatio': 0.99, 'cpu.forMs': 3_600_000 }, rank: 10 });
      await put(people.technician, `device:${deviceId}`, { values: { 'disk.medium.belowRatio': 0.05 } });
      await api.act(people.technician, 'DELETE', `/api/v1/policies/device:${deviceId}`);
    },
  ],
  [
    54,
    0,
    async ({ api, beginning, machines }) => {
      const { people, clients } = beginning;
      const plan = {
        ...{ clientId: clients.dental, deviceId: machines.get('files-1').deviceId, serviceId: null, name: 'Files' },
        ...{ tool: 'restic', target: { place: 'nas', isOffSite: false }, rpoMinutes: 1_440, rtoMinutes: null },
        ...{ rhythm: { kind: 'cron', line: '0 22 * * *' }, closed: { weekdays: [], dates: [] }, graceMinutes: null },
        ...{ timeZone: 'Europe/Zurich', durationMinutes: 40 },
      };
      const { body } = await api.act(people.technician, 'POST', '/api/v1/recovery/plans', plan);
      const next = { ...plan, rpoMinutes: 1_560 };
      await api.act(people.technician, 'PUT', `/api/v1/recovery/plans/${body.id}`, next);
      await api.act(people.technician, 'POST', '/api/v1/recovery/points', {
        ...{ planId: body.id, id: 'first', exitCode: 0, sizeBytes: 5_000_000 },
        ...{ startedAt: iso(10), finishedAt: iso(50) },
      });
      const target = { scope: 'full', maxAgeDays: 90, windowEndsAt: '06:00' };
      await api.act(people.technician, 'PUT', `/api/v1/recovery/plans/${body.id}/drill-target`, target);
      await api.act(people.technician, 'POST', '/api/v1/recovery/drills', {
        ...{ planId: body.id, scope: 'sample', result: 'restored', restoredBytes: 60_000, files: 3 },
        ...{ startedAt: iso(51), finishedAt: iso(53), firstDifference: null, evidence: 'Ticket 12' },
      });
      const log = { planId: body.id, id: 'log', kind: 'log', after: 'lost', exitCode: 0, sizeBytes: 7 };
      const points = [{ ...log, startedAt: iso(51), finishedAt: iso(52) }, { id: 'half' }];
      await api.act(people.technician, 'POST', '/api/v1/recovery/points/batch', { points });
      const ping = await api.act(people.technician, 'POST', `/api/v1/recovery/plans/${body.id}/ping`, {});
      const { pathname } = new URL(ping.body.url);
      await api.act(people.viewer, 'POST', `${pathname}/start`, {});
      await api.act(people.viewer, 'POST', `${pathname}/fail`, { exit: 3 });
    },
  ],
  [
    55,
    0,
    ({ api, beginning, machines }) =>
      api.act(beginning.people.technician, 'DELETE', `/api/v1/devices/${machines.get('late-1').deviceId}`),
  ],
];

export const LASTS_MS = 3_600_000;

/** Lives the hour, and ends a moment after it. `middle` is called when most is wrong. */
export async function live(stage: Stage, middle: () => Promise<void>): Promise<void> {
  const inOrder = [...scenes, [25, 30, middle] satisfies Scene].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  for (const [minute, second, happens] of inOrder) {
    await stage.machines.passUntil(STARTS_AT + minute * 60_000 + second * 1_000);
    await happens(stage);
  }
  await stage.machines.passUntil(STARTS_AT + LASTS_MS);
}
