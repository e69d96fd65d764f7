import type { Logger } from 'pino';
import type { Act } from '../core/incidents/act.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { Judge } from '../core/incidents/judge.ts';
import { type Availability, createAvailability } from '../features/availability/create-availability.ts';
import { type Contracts, createContracts } from '../features/contracts/contracts.ts';
import { createMaintenance, type Maintenance } from '../features/maintenance/create-maintenance.ts';
import { createServices, type Services } from '../features/services/create-services.ts';
import type { ServiceDefinition } from '../features/services/definition.ts';
import { Reminders } from '../features/telling/reminders.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Store } from '../platform/store/store.ts';
import { FlapJudge } from '../watch/flap-judge.ts';
import type { Watch } from '../watch/watch.ts';

export interface SlaOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  /** Of clients without a contract. */
  readonly timeZone: string;
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
  readonly act: Act;
  readonly follow: Watch['follow'];
  readonly now: () => number;
  readonly logger: Logger;
  readonly onServiceChanged: (service: ServiceDefinition) => void;
}

/** What promises and proves: contracts, planned work, services, availability. */
export interface Sla {
  readonly contracts: Contracts;
  readonly maintenance: Maintenance;
  readonly services: Services;
  readonly availability: Availability;
  /** In the order in which they must judge. */
  readonly judges: readonly Judge[];
}

/** Wires them to one another, and to the incidents. Made before anything is replayed. */
export async function createSla(options: SlaOptions): Promise<Sla> {
  const { store, fleet, book, timeZone, act, now, logger } = options;
  const contracts = await createContracts({ store, book, fleet, now, timeZone, act });
  const maintenance = await createMaintenance({
    store,
    fleet,
    book,
    terms: contracts.terms,
    now,
    act,
    serviceMembers: (id) => services.services.get(id)?.versions.at(-1)?.terms.deviceIds ?? [],
  });
  const services: Services = await createServices({
    store,
    fleet,
    book,
    reportIntervalMs: options.reportIntervalMs,
    devices: () => availability.book,
    exclusions: maintenance.windows,
    act,
    follow: options.follow,
    now,
    logger,
    onServiceChanged: options.onServiceChanged,
  });
  const availability: Availability = await createAvailability({
    store,
    fleet,
    incidents: book,
    terms: contracts.terms,
    exclusions: maintenance.windows,
    services: () => services.source,
    timeZone,
    act,
    now,
    logger,
  });
  const reminders = new Reminders(book);
  await reminders.load(store);
  book.addPolicy(maintenance.watch.policy);
  // After all that set a parent or keep quiet: what is explained or planned has no clock.
  book.addPolicy(contracts.policy);
  book.addPolicy(reminders.policy);
  return {
    contracts,
    maintenance,
    services,
    availability,
    judges: [
      maintenance.watch,
      ...services.judges,
      availability.judge,
      contracts.judge,
      new FlapJudge(book),
      reminders,
    ],
  };
}
