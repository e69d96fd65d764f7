import type { FastifyInstance } from 'fastify';
import type {
  Contract,
  ContractTerms,
  ContractVersion,
  HolidayCorrectionInput,
  HolidayYear,
} from '../../protocol/api/contract.ts';
import type { AheadFigures } from '../../protocol/api/person-report.ts';
import type { SiteCard } from '../../protocol/api/site-card.ts';
import { SentenceError, VigiaError } from '../../protocol/error.ts';
import { typed } from '../../protocol/said/said.ts';
import type { FakeWorld } from './fake-api.ts';

const DAY_MS = 86_400_000;
const HOUR_MINUTES = 60;

interface WithId {
  Params: { id: string };
}

/** Hours to first response of the three tiers: High, Medium, Normal. */
const tierHours = {
  standard: [8, 12, 24],
  advanced: [6, 10, 24],
  premium: [4, 8, 24],
} as const;

const holidays = [
  ['01-01', 'New Year’s Day'],
  ['04-11', 'Juan Santamaría'],
  ['05-01', 'Labour Day'],
  ['07-25', 'Annexation of Nicoya'],
  ['08-15', 'Mother’s Day'],
  ['09-15', 'Independence Day'],
  ['12-01', 'Army Abolition Day'],
  ['12-25', 'Christmas Day'],
] as const;

const holidaysOf = (year: number) =>
  holidays.map(([date, name]) => ({ date: `${year}-${date}`, name, type: 'public' }));

function presetOf(tier: 'standard' | 'advanced' | 'premium', startsOn: string): ContractTerms {
  const [high, medium, normal] = tierHours[tier];
  const target = (hours: number, binding: boolean) => ({ minutes: hours * HOUR_MINUTES, binding });
  return {
    tier,
    tierName: tier[0]?.toUpperCase() + tier.slice(1),
    response: { high: target(high, true), medium: target(medium, true), normal: target(normal, false) },
    emergency: { minutes: 15, aroundTheClock: false, onSiteMinutes: tier === 'premium' ? 120 : null },
    calendar: {
      timeZone: 'America/Costa_Rica',
      weekly: [1, 2, 3, 4, 5].map((weekday) => ({ weekday, from: '08:00', to: '17:00' })),
      exceptions: [],
    },
    siteCalendars: {},
    saturday: false,
    clockFrom: 'report',
    clockEnds: { report: 'responded', detection: 'acknowledged' },
    selfRecovery: 'apart',
    onSiteFrom: 'report',
    excludes: tier === 'premium' ? ['internet_line', 'power'] : [],
    dutySaturdays: tier === 'premium' ? [{ date: '2026-10-10', person: 'Ana Solís' }] : [],
    availability: { serverTargetPpm: 999_000, serviceTargetPpm: 999_000, workstationTargetPpm: null },
    recovery: { rpoMinutes: 24 * HOUR_MINUTES, rtoMinutes: 4 * HOUR_MINUTES },
    maintenanceNoticeMinutes: 24 * HOUR_MINUTES,
    startsOn,
    endsOn: null,
  };
}

/** Contracts, cards and month figures of the made-up clients. */
export function addContractRoutes(app: FastifyInstance, world: FakeWorld): void {
  const iso = (atMs: number) => new Date(atMs).toISOString();
  const year = new Date(world.nowMs()).getUTCFullYear();
  const started = `${year - 1}-03-01`;
  const coming = [year, year + 1].flatMap((each) =>
    holidaysOf(each).map(({ date, name }) => ({
      date,
      name,
      hours: name.startsWith('Army') ? [{ from: '08:00', to: '12:00' }] : [],
    })),
  );
  const withHolidays = (terms: ContractTerms): ContractTerms => ({
    ...terms,
    calendar: { ...terms.calendar, exceptions: coming },
  });
  const version = (terms: ContractTerms, number: number, agoDays: number): ContractVersion => ({
    version: number,
    effectiveAt: iso(world.nowMs() - agoDays * DAY_MS),
    createdAt: iso(world.nowMs() - agoDays * DAY_MS),
    createdBy: 'Ana Solís',
    terms,
  });
  const premium = withHolidays(presetOf('premium', started));
  const contracts = new Map<string, ContractVersion[]>([
    ['c1', [version(premium, 2, 130), version(presetOf('advanced', started), 1, 400)]],
    ['c2', [version({ ...premium, emergency: { ...premium.emergency, aroundTheClock: true } }, 1, 300)]],
    ['c3', [version(withHolidays(presetOf('standard', started)), 1, 210)]],
    ['c5', [version(withHolidays(presetOf('advanced', started)), 1, 90)]],
  ]);
  const warningsOf = (terms: ContractTerms): string[] => [
    ...(terms.calendar.exceptions.length === 0
      ? ['The calendar has no holidays: clocks run on every public holiday.']
      : []),
    ...(terms.availability.serverTargetPpm === 1_000_000
      ? ['A target of 100 % leaves no budget: any outage breaches it.']
      : []),
  ];
  const contractOf = (clientId: string): Contract => {
    const versions = contracts.get(clientId) ?? [];
    const current = versions[0] ?? null;
    const warnings = current ? warningsOf(current.terms) : [];
    return { clientId, current, versions, warnings, warningsSaid: warnings.map(typed) };
  };
  const judged = (terms: ContractTerms): string[] => {
    const { serverTargetPpm } = terms.availability;
    if (serverTargetPpm !== null && serverTargetPpm > 1_000_000)
      throw new SentenceError('bad_request', 'A target above 100 % cannot be met. Enter 100 or less.');
    return warningsOf(terms);
  };

  app.get('/api/v1/contracts', () => ({ items: world.clients.map(({ id }) => contractOf(id)), next: null }));
  app.get<WithId>('/api/v1/clients/:id/contract', ({ params }) => contractOf(params.id));
  app.put<WithId & { Body: ContractTerms }>('/api/v1/clients/:id/contract', ({ params, body }) => {
    judged(body);
    const held = contracts.get(params.id) ?? [];
    contracts.set(params.id, [version(body, held.length + 1, 0), ...held]);
    return contractOf(params.id);
  });
  app.get('/api/v1/contract-presets', () => ({
    items: (['standard', 'advanced', 'premium'] as const).map((tier) => ({ tier, terms: presetOf(tier, started) })),
  }));
  app.post<{ Body: ContractTerms }>('/api/v1/contracts/check', ({ body }) => ({
    warnings: judged(body),
    warningsSaid: judged(body).map(typed),
    ...(body.startsOn === '2025-01-01' && { olderIncidents: { count: 3, late: 1 } }),
  }));
  const corrected = new Map<number, HolidayCorrectionInput>();
  const yearOf = (year: number): HolidayYear => {
    const by = corrected.get(year);
    return {
      items: holidaysOf(year).filter(({ date }) => !by?.removed.includes(date)),
      library: { name: 'date-holidays', version: '3.37.0', releasedOn: '2026-09-20' },
      reviewedOn: '2026-12-01',
      corrections: [
        {
          date: `${year}-12-01`,
          kind: 'added' as const,
          name: 'Army Abolition Day',
          why: 'Ley 9803 of 2020 made 1 December a holiday in place of 12 October.',
          source: 'https://example.com/law',
          by: null,
        },
        ...(by?.removed ?? []).map((date) => ({
          date,
          kind: 'removed' as const,
          name: 'A holiday',
          why: by?.why ?? '',
          source: null,
          by: 'Ana Solís',
        })),
      ],
      notes: [],
      corrected: by ? { added: by.added, removed: by.removed, why: by.why, by: 'Ana Solís', at: started } : null,
    };
  };
  app.get<{ Querystring: { year: string } }>('/api/v1/holidays', ({ query }) => yearOf(Number(query.year)));
  app.put<{ Body: HolidayCorrectionInput }>('/api/v1/holidays', ({ body }) => {
    corrected.set(body.year, body);
    return yearOf(body.year);
  });
  app.get('/api/v1/holiday-countries', () => ({
    items: [
      { code: 'CR', name: 'Costa Rica', regions: [] },
      { code: 'ES', name: 'Spain', regions: [{ code: 'MD', name: 'Madrid' }] },
    ],
  }));
  addCards(app, world);
  app.get<{ Querystring: { client?: string; period?: string } }>('/api/v1/ahead', ({ query }) =>
    aheadOf(world, query.client ?? null, query.period === 'last_month'),
  );
}

function addCards(app: FastifyInstance, world: FakeWorld): void {
  const cards = new Map<string, SiteCard>([
    [
      's1',
      {
        address: 'Avenida 10, Calle 23, San José',
        openingHours: 'Mon–Sat 06:00–20:00',
        contacts: [
          { name: 'Luisa Alvarado', role: 'Operations', phone: '+506 2222 0101', email: 'luisa@alvarado.example' },
          { name: 'Guard at the gate', role: 'Nights', phone: '+506 2222 0199', email: '' },
        ],
        emergency: 'The server room is on the ground floor; the guard has the key.\nUPS: 20 minutes.',
        providers: [{ name: 'Fibra Norte', account: 'A-20931', phone: '+506 4000 1000' }],
        notes: 'The badge reader fails after a power cut: ask for the key.',
      },
    ],
  ]);
  app.get<WithId>('/api/v1/sites/:id/card', ({ params }) => cards.get(params.id) ?? {});
  app.put<WithId & { Body: SiteCard }>('/api/v1/sites/:id/card', ({ params, body }) => {
    cards.set(params.id, body);
    return body;
  });
  app.post<WithId>('/api/v1/clients/:id/report-link', ({ params }) => {
    change(world, params.id, { hasReportLink: true });
    return { url: 'https://vigia.lookout.example/report#mYx3vXh0pYt8Jt2c5mKqL1nE7rWbD4sZ6uA9fGhTj0' };
  });
  app.delete<WithId>('/api/v1/clients/:id/report-link', ({ params }, reply) => {
    change(world, params.id, { hasReportLink: false });
    return reply.code(204).send();
  });
  app.patch<WithId & { Body: { name?: string; remoteUrl?: string | null } }>(
    '/api/v1/clients/:id',
    ({ params, body }) => change(world, params.id, body),
  );
}

function change(world: FakeWorld, id: string, part: Partial<FakeWorld['clients'][number]>) {
  const index = world.clients.findIndex((client) => client.id === id);
  const found = world.clients[index];
  if (!found) throw new VigiaError('not_found');
  const next = { ...found, ...part };
  world.clients[index] = next;
  world.push({ clients: [next] });
  return next;
}

function aheadOf(world: FakeWorld, clientId: string | null, isLast: boolean): AheadFigures {
  const open = [...world.incidents.values()].filter(
    (each) => each.state !== 'resolved' && (clientId === null || each.clientId === clientId),
  );
  const nowMs = world.nowMs();
  return {
    clientId,
    from: new Date(nowMs - 20 * DAY_MS).toISOString(),
    to: new Date(nowMs).toISOString(),
    timeZone: 'America/Costa_Rica',
    counted: 13,
    foundFirst: 12,
    foundFirstRatio: 12 / 13,
    medianLeadMs: 14 * 60_000,
    missed: isLast
      ? []
      : [
          {
            id: 'pr1',
            clientId: clientId ?? 'c1',
            siteId: null,
            deviceId: null,
            serviceId: null,
            reportedAt: new Date(nowMs - 6 * DAY_MS).toISOString(),
            reporter: 'Luisa Alvarado',
            via: 'portal',
            text: 'The label printer in the warehouse prints nothing since this morning.',
            aboutInfrastructure: true,
            incidentId: null,
            leadMs: null,
          },
        ],
    mttaMs: 7 * 60_000 + 12_000,
    mttrMs: 68 * 60_000,
    medianDetectionDelayMs: 31_000,
    stillOpen: isLast ? [] : open.map(({ id }) => id),
  };
}
