import type { Logger } from 'pino';
import type { Act } from '../core/incidents/act.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import { type Availability, createAvailability } from '../features/availability/create-availability.ts';
import { type Contracts, type ContractsOptions, createContracts } from '../features/contracts/contracts.ts';
import { createMaintenance, type Maintenance } from '../features/maintenance/create-maintenance.ts';
import { createServices, type Services, type ServicesOptions } from '../features/services/create-services.ts';
import type { ServiceDefinition } from '../features/services/definition.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Store } from '../platform/store/store.ts';
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
  /** Shows what became of an incident whose clock was touched. */
  readonly incidents: ContractsOptions['incidents'];
  readonly onServiceChanged: (service: ServiceDefinition) => void;
  readonly tasks: ServicesOptions['tasks'];
}

/** What promises and proves: contracts, planned work, services, availability. */
export interface Sla {
  readonly contracts: Contracts;
  readonly maintenance: Maintenance;
  readonly services: Services;
  readonly availability: Availability;
}

/** Wires them to one another, and to the incidents. Made before anything is replayed. */
export async function createSla(options: SlaOptions): Promise<Sla> {
  const { store, fleet, book, timeZone, act, now, logger } = options;
  const contracts = await createContracts({ store, book, fleet, now, timeZone, act, incidents: options.incidents });
  const maintenance = await createMaintenance({
    store,
    fleet,
    book,
    terms: contracts.terms,
    now,
    act,
    serviceMembers: (id) => services.members(id),
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
    tasks: options.tasks,
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
  return { contracts, maintenance, services, availability };
}
