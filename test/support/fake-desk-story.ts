import type { MaintenanceInput } from '../../protocol/api/maintenance.ts';
import type { Check, Service } from '../../protocol/api/service.ts';
import type { IncidentDetail, IncidentEvent } from '../../protocol/api/view.ts';
import { said, typed } from '../../protocol/said/said.ts';
import { markOnSite, pause, settleBreach } from '../../server/domain/sla/clock.ts';
import { respond } from './clock-acts.ts';
import {
  contracts,
  DAY_MS,
  DESK_ZONE,
  deviceNamed,
  emptyDesk,
  type FakeDesk,
  giveClock,
  HOUR_MS,
  keepClock,
  MINUTE_MS,
} from './fake-desk.ts';
import { type FakeFleet, markDevice } from './fake-fleet.ts';

/** A working afternoon of a provider: what runs, what is breached, what people say. Adds to the fleet what belongs to it. */
export function makeDesk(fleet: FakeFleet, nowMs: number): FakeDesk {
  const desk = emptyDesk();
  for (const [clientId, terms] of contracts()) desk.terms.set(clientId, terms);
  tag(fleet);
  addServices(desk, fleet, nowMs);
  addIncidents(desk, fleet, nowMs);
  addReports(desk, fleet, nowMs);
  addWindows(desk, fleet, nowMs);
  addReceivers(desk, nowMs);
  addMonth(desk, fleet, nowMs);
  return desk;
}

const iso = (ms: number) => new Date(ms).toISOString();

function tag(fleet: FakeFleet): void {
  for (const device of fleet.devices.values()) {
    if (device.clientId === 'c2' && device.kind === 'server') device.tags = ['patch-b', 'clinical'];
    if (/^(db|erp|dc)-/.test(device.name)) device.tags = [...device.tags, 'core'];
  }
  for (const name of ['erp-1']) deviceNamed(fleet, name).inMaintenance = true;
}

function addServices(desk: FakeDesk, fleet: FakeFleet, nowMs: number): void {
  const id = (name: string) => deviceNamed(fleet, name).id;
  const check = ({
    sentence = 'Answers.',
    ...change
  }: Pick<Check, 'id' | 'clientId' | 'name' | 'target'> & Partial<Check>): Check => ({
    deviceId: null,
    intervalSeconds: 30,
    timeoutSeconds: 5,
    forSeconds: 60,
    priority: 'high',
    state: 'up',
    sentence,
    said: typed(sentence),
    lastRunAt: iso(nowMs - 11_000),
    durationMs: 4,
    httpStatus: null,
    certificateEndsAt: null,
    ...change,
  });
  const checks = [
    check({
      id: 'k-invoice',
      clientId: 'c1',
      deviceId: id('app-1'),
      name: 'Invoicing page',
      target: { kind: 'http', url: 'https://app-1.alvarado.example/invoices/health', certificateDays: 14 },
      intervalSeconds: 60,
      state: 'down',
      sentence: 'Answers 500, expected 200 to 399, since 13:09.',
      durationMs: 212,
      httpStatus: 500,
      certificateEndsAt: iso(nowMs + 9 * DAY_MS),
    }),
    check({
      id: 'k-sql',
      clientId: 'c1',
      deviceId: id('db-1'),
      name: 'PostgreSQL',
      target: { kind: 'unit', name: 'postgresql@17-main.service' },
      sentence: 'postgresql@17-main.service is active.',
    }),
    check({
      id: 'k-pacs',
      clientId: 'c2',
      deviceId: id('ehr-1'),
      name: 'PACS receiver',
      target: { kind: 'tcp', host: 'pacs-1', port: 11_112 },
      sentence: 'pacs-1:11112 takes connections.',
      durationMs: 1.4,
    }),
    check({
      id: 'k-booking',
      clientId: 'c5',
      name: 'Booking site',
      target: { kind: 'http', url: 'https://booking.miramar.example/', text: 'Reserve', maxMs: 3000 },
      intervalSeconds: 60,
      sentence: 'Answers 200 in 184 ms and holds “Reserve”.',
      durationMs: 184,
      httpStatus: 200,
      certificateEndsAt: iso(nowMs + 61 * DAY_MS),
    }),
    check({
      id: 'k-erp',
      clientId: 'c5',
      deviceId: id('erp-1'),
      name: 'ERP worker',
      target: { kind: 'process', name: 'erp-worker' },
      state: 'unknown',
      sentence: 'Not run since 14:02: the agent is stopped for maintenance.',
      lastRunAt: iso(nowMs - 28 * MINUTE_MS),
      durationMs: null,
    }),
  ];
  for (const each of checks) desk.checks.set(each.id, each);
  const service = (change: Pick<Service, 'id' | 'clientId' | 'name' | 'sentence'> & Partial<Service>): Service => ({
    slug: change.name.toLowerCase().replaceAll(' ', '-'),
    deviceIds: [],
    needed: 0,
    checkIds: [],
    blocks: null,
    targetPpm: null,
    state: 'up',
    since: iso(nowMs - 12 * DAY_MS),
    warnings: [],
    said: typed(change.sentence),
    ...change,
  });
  const services = [
    service({
      id: 'v-invoice',
      clientId: 'c1',
      name: 'Invoicing',
      deviceIds: [id('app-1'), id('app-2')],
      needed: 1,
      checkIds: ['k-invoice', 'k-sql'],
      blocks: 'issuing invoices',
      state: 'down',
      sentence: 'The check “Invoicing page” answers 500; 2 of 2 machines are up.',
      since: iso(nowMs - 21 * MINUTE_MS),
    }),
    service({
      id: 'v-imaging',
      clientId: 'c2',
      name: 'Imaging',
      deviceIds: [id('pacs-1')],
      needed: 1,
      checkIds: ['k-pacs'],
      blocks: 'taking X-rays',
      sentence: '1 of 1 machine is up and every check passes.',
    }),
    service({
      id: 'v-booking',
      clientId: 'c5',
      name: 'Booking site',
      checkIds: ['k-booking'],
      targetPpm: 999_500,
      sentence: 'Every check passes.',
    }),
    service({
      id: 'v-erp',
      clientId: 'c5',
      name: 'ERP',
      deviceIds: [id('erp-1')],
      needed: 1,
      checkIds: ['k-erp'],
      state: 'excluded',
      sentence: 'Maintenance “Storage firmware” runs until 16:00.',
      since: iso(nowMs - 30 * MINUTE_MS),
      warnings: ['The service needs 1 of 1 machine: it has no spare.'],
    }),
  ];
  for (const each of services) desk.services.set(each.id, each);
}

interface Story {
  readonly id: string;
  readonly like: IncidentDetail;
  readonly change: Partial<IncidentDetail>;
  readonly beganMs: number;
}

function addIncidents(desk: FakeDesk, fleet: FakeFleet, nowMs: number): void {
  const like = fleet.incidents.get('i1');
  if (!like) return;
  const early = fleet.incidents.get('i2');
  if (early) Object.assign(early, shifted(early, -3.1 * HOUR_MS));
  for (const incident of fleet.incidents.values()) {
    if (incident.state === 'resolved') continue;
    giveClock(desk, incident, null);
    const clock = desk.clocks.get(incident.id);
    const under = desk.terms.get(incident.clientId);
    if (clock && under && incident.acknowledgedAt !== null) {
      const at = Date.parse(incident.acknowledgedAt);
      keepClock(desk, incident, respond(clock, { at, priority: incident.priority, under, cause: typed('') }));
    }
  }
  const add = (story: Omit<Story, 'like'>, reportedAtMs: number | null = null) => {
    const incident = incidentOf({ ...story, like }, nowMs);
    fleet.incidents.set(incident.id, incident);
    markDevice(fleet.devices, incident);
    if (incident.parentId === null) giveClock(desk, incident, reportedAtMs);
    return incident;
  };
  const card = {
    address: 'Avenida 4, between streets 12 and 14, San José',
    openingHours: 'Mon to Fri 07:00 to 18:00, Sat 08:00 to 12:00',
    contacts: [
      { name: 'Lucía Alvarado', role: 'Operations', phone: '+506 2222 0144', email: 'lucia@alvarado.example' },
      { name: 'Night guard', role: 'has the keys', phone: '+506 8888 0121', email: '' },
    ],
    emergency:
      'Call the guard first; the alarm code is in the safe of the office.\nThe rack has its own breaker: left of the door.',
    providers: [{ name: 'Fibra del Valle', account: 'contract 88-2041', phone: '+506 800 0110' }],
    notes: 'The second line is a 5G router on the roof of the warehouse. It takes 40 s to take over.',
  };
  const invoicing = add({
    id: 'e1',
    beganMs: 21 * MINUTE_MS,
    change: {
      rule: 'service.down',
      priority: 'emergency',
      clientId: 'c1',
      siteId: 's1',
      deviceId: null,
      serviceId: 'v-invoice',
      key: 'c1/v-invoice/service.down',
      sentence: 'Invoicing is down: “Invoicing page” answers 500; issuing invoices is blocked',
      siteCard: card,
      remoteUrl: 'https://remote.lookout.example/connect?host=app-1',
    },
  });
  const started = desk.clocks.get(invoicing.id);
  if (started) keepClock(desk, invoicing, settleBreach(started, nowMs));
  addLaboratory(desk, fleet, nowMs, add);
  const render = add({
    id: 'e4',
    beganMs: 26 * HOUR_MS,
    change: {
      ...placeOf(fleet, 'render-1'),
      rule: 'disk.readOnly',
      priority: 'medium',
      sentence: '/srv is mounted read-only since yesterday, 12:30',
    },
  });
  const paused = desk.clocks.get(render.id);
  const terms = desk.terms.get('c4');
  if (paused && terms)
    keepClock(
      desk,
      render,
      pause(paused, 'Ben Carter', 'Mr Ferretti has the only key to the rack', {
        at: nowMs - 4 * HOUR_MS,
        priority: 'medium',
        under: terms,
        cause: typed('Paused by Ben Carter.'),
      }),
    );
  add(
    {
      id: 'e5',
      beganMs: 44 * MINUTE_MS,
      change: {
        ...placeOf(fleet, 'pos-1'),
        rule: 'person',
        source: 'person',
        priority: 'medium',
        sentence: 'Reported by Marta Rojas: “The till prints nothing since lunch”',
      },
    },
    nowMs - 44 * MINUTE_MS,
  );
  add({
    id: 'e6',
    beganMs: 20 * MINUTE_MS,
    change: {
      ...placeOf(fleet, 'erp-1'),
      rule: 'host.contact',
      priority: 'normal',
      sentence: 'erp-1 said goodbye for a reboot and has not returned after 15 min',
      suppressedBy: 'Maintenance “Storage firmware” runs until 16:00: nobody is told until it ends.',
    },
  });
}

/** A site that is lost, with the two incidents that it explains. */
function addLaboratory(
  desk: FakeDesk,
  fleet: FakeFleet,
  nowMs: number,
  add: (story: Omit<Story, 'like'>) => IncidentDetail,
): void {
  const lab = add({
    id: 'e2',
    beganMs: 31 * MINUTE_MS,
    change: {
      rule: 'site.lost',
      priority: 'high',
      clientId: 'c2',
      siteId: 's4',
      deviceId: null,
      key: 'c2/s4/site.lost',
      sentence: 'Laboratory is lost: no contact with 2 of 2 always-on machines since 13:59',
      siteCard: {
        contacts: [
          {
            name: 'Dr. Inés Mora',
            role: 'Head of the laboratory',
            phone: '+506 2233 0166',
            email: 'ines@santamarta.example',
          },
        ],
        openingHours: 'Round the clock',
        emergency: 'Samples spoil after four hours without the freezer log: call at any hour.',
      },
    },
  });
  for (const [index, name] of ['lis-1', 'dc-2'].entries()) {
    const where = name === 'dc-2' ? { ...placeOf(fleet, 'lis-1'), deviceId: labDc(fleet) } : placeOf(fleet, name);
    const device = fleet.devices.get(where.deviceId ?? '');
    if (device)
      Object.assign(device, { state: 'lost', stateReason: 'No contact since 31 min: its whole site is lost.' });
    const child = add({
      id: `e3-${index + 1}`,
      beganMs: 31 * MINUTE_MS,
      change: {
        ...where,
        rule: 'host.contact',
        priority: 'high',
        sentence: `No contact with ${name} for 31 min: the host or its link`,
        parentId: lab.id,
        suppressedBy: 'The loss of Laboratory explains it: people were told of that one only.',
      },
    });
    lab.children.push({ id: child.id, sentence: child.sentence, said: child.said, state: child.state });
  }
  const clock = desk.clocks.get(lab.id);
  if (clock) keepClock(desk, lab, markOnSite(clock, nowMs - 12 * MINUTE_MS, 120));
}

const labDc = (fleet: FakeFleet) =>
  [...fleet.devices.values()].find(({ name, siteId }) => name === 'dc-2' && siteId === 's4')?.id ?? '';

function placeOf(fleet: FakeFleet, name: string) {
  const { id, clientId, siteId } = deviceNamed(fleet, name);
  return { deviceId: id, clientId, siteId, key: `${clientId}/${id}` };
}

function shifted(incident: IncidentDetail, byMs: number): Partial<IncidentDetail> {
  const move = (at: string) => iso(Date.parse(at) + byMs);
  return {
    onsetAt: move(incident.onsetAt),
    openedAt: move(incident.openedAt),
    updatedAt: move(incident.updatedAt),
    events: incident.events.map((event) => ({ ...event, at: move(event.at) })),
  };
}

function incidentOf({ id, like, change, beganMs }: Story, nowMs: number): IncidentDetail {
  const onsetMs = nowMs - beganMs;
  const openedAt = iso(onsetMs + 30_000);
  const base: IncidentDetail = {
    ...like,
    id,
    object: '',
    onsetAt: iso(onsetMs),
    openedAt,
    updatedAt: openedAt,
    evidence: null,
    similar: [],
    children: [],
    reports: [],
    clock: null,
    ...change,
    said: typed(change.sentence ?? like.sentence),
  };
  const opened: IncidentEvent = { id: 1, at: openedAt, kind: 'opened', by: null, text: base.sentence, said: base.said };
  return { ...base, events: [opened] };
}

function addReports(desk: FakeDesk, fleet: FakeFleet, nowMs: number): void {
  const report = (id: string, agoMs: number, change: Partial<FakeDesk['reports'][number]>) =>
    desk.reports.push({
      id,
      clientId: 'c1',
      siteId: 's1',
      deviceId: null,
      serviceId: null,
      reportedAt: iso(nowMs - agoMs),
      reporter: 'Lucía Alvarado',
      via: 'technician',
      text: 'Nobody can issue an invoice, the page says “internal error”.',
      aboutInfrastructure: true,
      incidentId: null,
      leadMs: null,
      ...change,
    });
  report('p1', 6.5 * MINUTE_MS, { serviceId: 'v-invoice', incidentId: 'e1', leadMs: 14 * MINUTE_MS });
  report('p2', 9 * MINUTE_MS, {
    via: 'portal',
    reporter: 'Despacho San José',
    text: 'La página de facturas no abre.',
  });
  report('p3', 44 * MINUTE_MS, {
    clientId: 'c5',
    siteId: 's7',
    deviceId: deviceNamed(fleet, 'pos-1').id,
    reporter: 'Marta Rojas',
    text: 'The till prints nothing since lunch.',
    incidentId: 'e5',
    leadMs: 0,
  });
  report('p4', 27 * HOUR_MS, {
    clientId: 'c2',
    siteId: 's3',
    reporter: 'Reception',
    via: 'api',
    text: 'The record system was away for some minutes this morning.',
    incidentId: 'i3',
    leadMs: -6 * MINUTE_MS,
  });
  const invoicing = fleet.incidents.get('e1');
  const first = desk.reports[0];
  if (!invoicing || !first) return;
  invoicing.reports.push(first);
  invoicing.events.push({
    id: 2,
    at: first.reportedAt,
    kind: 'report',
    by: 'Ben Carter',
    text: `${first.reporter}: ${first.text}`,
    said: typed(`${first.reporter}: ${first.text}`),
  });
}

function addWindows(desk: FakeDesk, fleet: FakeFleet, nowMs: number): void {
  const input = (change: Partial<MaintenanceInput>): MaintenanceInput => ({
    clientId: 'c5',
    title: 'Storage firmware',
    target: { kind: 'device', id: deviceNamed(fleet, 'erp-1').id },
    timeZone: DESK_ZONE,
    startsAt: '2026-10-06T14:00',
    durationMinutes: 120,
    rrule: null,
    ...change,
  });
  const add = (id: string, createdBy: string, versions: [agoMs: number, by: string, input: MaintenanceInput][]) =>
    desk.windows.set(id, {
      id,
      createdBy,
      cancelledAtMs: null,
      versions: versions.map(([agoMs, by, each], index) => ({
        since: nowMs - agoMs,
        until: nowMs - (versions[index + 1]?.[0] ?? -Infinity),
        by,
        input: each,
      })),
    });
  add('w1', 'Ben Carter', [[3 * DAY_MS, 'Ben Carter', input({})]]);
  const patches = input({
    clientId: 'c2',
    title: 'Security updates',
    target: { kind: 'tag', id: 'patch-b' },
    startsAt: '2026-09-06T03:00',
    rrule: 'FREQ=WEEKLY;BYDAY=SU',
  });
  add('w2', 'Ana Solís', [
    [40 * DAY_MS, 'Ana Solís', { ...patches, durationMinutes: 60 }],
    [2.2 * DAY_MS, 'Ben Carter', patches],
  ]);
  add('w3', 'Ana Solís', [
    [
      20 * DAY_MS,
      'Ana Solís',
      input({
        clientId: 'c1',
        title: 'Restore rehearsal',
        target: { kind: 'site', id: 's1' },
        startsAt: '2026-10-13T19:00',
        durationMinutes: 180,
        rrule: 'FREQ=MONTHLY;BYDAY=2TU',
      }),
    ],
  ]);
  add('w4', 'Ben Carter', [
    [
      HOUR_MS,
      'Ben Carter',
      input({
        clientId: 'c3',
        title: 'Switch replaced',
        target: { kind: 'client', id: null },
        startsAt: '2026-10-07T06:00',
        durationMinutes: 90,
      }),
    ],
  ]);
}

function addReceivers(desk: FakeDesk, nowMs: number): void {
  const receivers: [string, Parameters<typeof desk.receivers.set>[1]][] = [
    [
      'r1',
      {
        id: 'r1',
        name: 'On-call phone',
        clientId: null,
        minPriority: 'high',
        clocks: true,
        target: { kind: 'ntfy', server: 'https://ntfy.lookout.example', topic: 'on-call' },
        hasSecret: true,
        lastDeliveredAt: iso(nowMs - 21 * MINUTE_MS),
        waiting: 0,
        lastError: null,
        lastErrorSaid: null,
      },
    ],
    [
      'r2',
      {
        id: 'r2',
        name: 'Service desk',
        clientId: null,
        minPriority: 'normal',
        clocks: false,
        target: {
          kind: 'email',
          host: 'smtp.lookout.example',
          port: 587,
          security: 'starttls',
          user: 'vigia',
          from: 'vigia@lookout.example',
          to: ['desk@lookout.example'],
        },
        hasSecret: true,
        lastDeliveredAt: iso(nowMs - 3 * HOUR_MS),
        waiting: 3,
        lastError: '451 4.3.0 Mailbox temporarily unavailable; trying again in 8 min.',
        lastErrorSaid: said('program', { text: '451 4.3.0 Mailbox temporarily unavailable; trying again in 8 min.' }),
      },
    ],
    [
      'r3',
      {
        id: 'r3',
        name: 'Ticket system of Santa Marta',
        clientId: 'c2',
        minPriority: 'medium',
        clocks: true,
        target: { kind: 'webhook', url: 'https://tickets.santamarta.example/hooks/vigia' },
        hasSecret: true,
        lastDeliveredAt: null,
        waiting: 0,
        lastError: null,
        lastErrorSaid: null,
      },
    ],
  ];
  for (const [id, receiver] of receivers) desk.receivers.set(id, receiver);
}

function addMonth(desk: FakeDesk, fleet: FakeFleet, nowMs: number): void {
  const budgetMs = Math.floor(44.64 * MINUTE_MS);
  const risk = (kind: 'device' | 'service' | 'site', id: string, name: string, clientId: string, spent: number) => ({
    kind,
    id,
    name,
    clientId,
    spentRatio: spent,
    budgetMs,
    budgetLeftMs: Math.floor(budgetMs * (1 - spent)),
  });
  desk.budgets = [
    risk('service', 'v-invoice', 'Invoicing', 'c1', 1.18),
    risk('device', deviceNamed(fleet, 'edge-1').id, 'edge-1', 'c1', 0.81),
    risk('device', deviceNamed(fleet, 'wifi-1').id, 'wifi-1', 'c5', 0.56),
  ];
  desk.ahead = {
    clientId: null,
    from: '2026-10-01T06:00:00.000Z',
    to: iso(nowMs),
    timeZone: DESK_ZONE,
    counted: 26,
    foundFirst: 24,
    foundFirstRatio: 24 / 26,
    medianLeadMs: 14 * MINUTE_MS,
    missed: desk.reports.filter(({ leadMs }) => leadMs !== null && leadMs <= 0),
    mttaMs: 7 * MINUTE_MS,
    mttrMs: 52 * MINUTE_MS,
    medianDetectionDelayMs: 41_000,
    stillOpen: ['e1', 'e2'],
  };
}
