import pino from 'pino';
import type { Test } from 'tap';
import type { Contract, ContractTerms } from '../../protocol/api/contract.ts';
import type { Priority } from '../../protocol/api/view.ts';
import { plain } from '../../protocol/said/plain.ts';
import { parseSaid } from '../../protocol/said/read.ts';
import { typed } from '../../protocol/said/said.ts';
import { IncidentBook } from '../../server/core/incidents/incident-book.ts';
import { toRecord } from '../../server/core/incidents/rows.ts';
import type { IncidentRecord, IncidentStep } from '../../server/domain/incidents/incident.ts';
import type { Verdict } from '../../server/domain/rules/detection.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { defaultSettings } from '../../server/domain/settings.ts';
import { tierTerms } from '../../server/domain/sla/tiers.ts';
import { type Contracts, createContracts } from '../../server/features/contracts/contracts.ts';
import { createIncidentPort } from '../../server/features/incidents/incident-port.ts';
import type { IncidentPort } from '../../server/features/incidents/port.ts';
import { everywhere } from '../../server/fleet/effective-settings.ts';
import { Fleet } from '../../server/fleet/fleet.ts';
import { Health } from '../../server/platform/health/health.ts';
import type { Store } from '../../server/platform/store/store.ts';
import { Watch } from '../../server/watch/watch.ts';
import { FakeClock } from './fake-clock.ts';
import { inLane } from './in-lane.ts';
import { spoken } from './spoken.ts';
import { addTenant, type Tenant } from './store.ts';

export const deskZone = 'America/Costa_Rica';
export const ann = { id: 'u1', name: 'Ann' };

/** An instant by the clock of the wall in Costa Rica. */
export function wall(local: string): number {
  return Temporal.PlainDateTime.from(local).toZonedDateTime(deskZone).epochMilliseconds;
}

/** Premium: High 4 h, Medium 8 h, Normal 24 h; Monday to Friday 08:00 to 17:00; the clock counts from detection. */
export function deskTerms(over: Partial<ContractTerms> = {}): ContractTerms {
  const terms = tierTerms('premium', { timeZone: deskZone, startsOn: '2026-01-01' });
  return { ...terms, clockFrom: 'detection', ...over };
}

/** Contracts, incidents and their clocks on a real store, with the watch's lane, as the server wires them. */
export interface ContractDesk {
  readonly store: Store;
  readonly clock: FakeClock;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly contracts: Contracts;
  readonly incidents: IncidentPort;
  readonly tenant: Tenant;
  readonly other: Tenant;
  put(terms: ContractTerms): Promise<Contract>;
  /** A rule raises, changes or clears; the step is committed. */
  verdict(kind: 'raise' | 'change' | 'clear', priority?: Priority, object?: string): Promise<IncidentRecord>;
  /** Commits a step that was settled. */
  commit(step: IncidentStep): Promise<void>;
  /** The incident as the store has it. */
  stored(id: string): Promise<IncidentRecord>;
  /** One tick of the judge. */
  judge(): Promise<void>;
  history(id: string): Promise<string[]>;
  told(): Promise<{ key: string; kind: string; payload: Record<string, unknown> }[]>;
  /** The same store with all memory lost. */
  restart(): Promise<ContractDesk>;
}

export async function contractDesk(
  t: Pick<Test, 'teardown'>,
  store: Store,
  clock = new FakeClock(),
): Promise<ContractDesk> {
  const known = await store.scoped(everyClient).devices.all();
  const tenants =
    known.length > 0 ? await tenantsOf(store) : [await addTenant(store, 'Acme'), await addTenant(store, 'Globex')];
  const [tenant, other] = tenants as [Tenant, Tenant];
  const now = (): number => clock.ms;
  const fleet = new Fleet(store);
  await fleet.load();
  const book = new IncidentBook(store, defaultSettings.reopenWindowMs);
  await book.load(now());
  const logger = pino({ level: 'silent' });
  const publish = (): void => undefined;
  const watch = new Watch({
    clock,
    store,
    fleet,
    book,
    health: new Health(),
    settings: everywhere(defaultSettings),
    logger,
    publish,
  });
  t.teardown(() => watch.stop());
  const contracts = await createContracts({
    store,
    book,
    fleet,
    now,
    timeZone: deskZone,
    act: watch.act,
    incidents: { detail: async () => null },
  });
  book.addPolicy(contracts.policy);
  const incidents = createIncidentPort({ store, book, fleet, act: watch.act, now });
  const subject = { clientId: tenant.client.id, siteId: tenant.site.id, deviceId: tenant.device.id };
  const all = store.scoped(everyClient);
  return {
    store,
    clock,
    fleet,
    book,
    contracts,
    incidents,
    tenant,
    other,
    put: (terms) => contracts.port.put(everyClient, tenant.client.id, terms, ann),
    verdict: (kind, priority = 'high', object = '/') =>
      inLane(watch)((changes, at) => {
        const said = typed(`Disk ${object} is full.`);
        const shared = { rule: 'disk.space', object, said, at } as const;
        const raised = { priority, evidence: { metrics: [], threshold: null }, onset: at };
        const verdict: Verdict = kind === 'clear' ? { kind, ...shared } : { kind, ...shared, ...raised };
        const step = book.step(verdict, subject);
        if (!step) throw new Error('the verdict changed nothing');
        changes.addIncident(null, step);
        return step.record;
      }),
    commit: (step) => inLane(watch)((changes) => changes.addIncident(null, step)),
    async stored(id) {
      const row = await all.incidents.get(id);
      if (!row) throw new Error('no such incident');
      return toRecord(row);
    },
    judge: () => inLane(watch)((changes, at) => contracts.judges[0]?.judge(changes, at)),
    async history(id) {
      return (await all.incidents.events(id)).map(({ kind, by_user, at, said_json }) => {
        return `${kind} ${by_user ?? '-'}: ${plain(parseSaid(said_json), at)}`;
      });
    },
    async told() {
      const rows = await store.db.selectFrom('outbox').selectAll().orderBy('id').execute();
      return rows.map(({ idempotency_key: key, kind, payload_json }) => ({
        key,
        kind,
        payload: toldIn(payload_json),
      }));
    },
    restart: () => contractDesk(t, store, clock),
  };
}

/** What a message says, in the words of its time. */
function toldIn(json: string): Record<string, unknown> {
  const payload: Record<string, unknown> = JSON.parse(json);
  return spoken(payload, Number(payload.at));
}

async function tenantsOf(store: Store): Promise<Tenant[]> {
  const all = store.scoped(everyClient);
  const tokens = (await all.tokens.list({ limit: 10 })).items;
  const [clients, sites, devices] = [await all.clients.all(), await all.sites.all(), await all.devices.all()];
  return clients.map((client) => {
    const site = sites.find(({ client_id }) => client_id === client.id);
    const device = devices.find(({ client_id }) => client_id === client.id);
    const token = tokens.find(({ client_id }) => client_id === client.id);
    if (!site || !device || !token) throw new Error('a tenant is not whole');
    return { client, site, device, token };
  });
}
