import type { Logger } from 'pino';
import type { Act } from '../../core/incidents/act.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { ExclusionSource, ServiceSource, TermsSource } from '../../domain/sla/sources.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { Agreements } from './agreements.ts';
import { Attestations } from './attestations.ts';
import { createAvailabilityPort } from './availability-port.ts';
import { BudgetJudge } from './budget-judge.ts';
import { AvailabilityExports } from './exports.ts';
import { LedgerBook } from './ledger-book.ts';
import { availabilityRoutes } from './routes.ts';
import { ServiceFigures } from './service-figures.ts';

export interface AvailabilityOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly incidents: IncidentBook;
  readonly terms: TermsSource | null;
  readonly exclusions: ExclusionSource | null;
  /** Asked for at every use: services are built on the ledgers of devices, so they come later. */
  readonly services: () => ServiceSource | null;
  readonly act: Act;
  /** Of clients without a contract; by default that of this machine. */
  readonly timeZone?: string;
  readonly now: () => number;
  readonly logger: Logger;
}

export type Availability = Awaited<ReturnType<typeof createAvailability>>;

const REFRESH_MS = 60_000;

/** Availability, wired: the book reads what is written, so it is made before anything is replayed. */
export async function createAvailability(options: AvailabilityOptions) {
  const { store, fleet, incidents, now, logger } = options;
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const agreements = new Agreements(options.terms, timeZone);
  const book = new LedgerBook({ store, fleet, agreements, exclusions: options.exclusions, now });
  await book.load();
  const services = new ServiceFigures({ source: options.services, book, agreements });
  const judge = new BudgetJudge({
    store,
    fleet,
    incidents,
    book,
    agreements,
    services,
    onUnread: (cause) => logger.error({ err: cause }, 'the ledger in memory still says what a wrong clock has stamped'),
  });
  await judge.load();
  const attestations = new Attestations({ store, book, act: options.act });
  const port = createAvailabilityPort({
    store,
    fleet,
    book,
    agreements,
    attestations,
    judge,
    services: options.services,
    now,
  });
  const exports = new AvailabilityExports({ fleet, book, agreements, services, now });
  let timer: NodeJS.Timeout | undefined;
  /** Keeps the figures of services fresh. */
  function start(): void {
    let isRunning = false;
    const refresh = async (): Promise<void> => {
      if (isRunning) return;
      isRunning = true;
      await services
        .refresh(now())
        .catch((cause: unknown) => logger.error({ err: cause }, 'the figures of services could not be computed'));
      isRunning = false;
    };
    void refresh();
    timer = setInterval(() => void refresh(), REFRESH_MS);
  }
  const routes: AddRoutes = (http) => availabilityRoutes(http, { availability: port, clock: now });
  return {
    name: 'availability',
    book,
    judge,
    port,
    exports,
    services,
    agreements,
    judges: [judge],
    routes: [routes],
    take: (changes: ChangeSet) => book.take(changes),
    deviceChanged: (deviceId: string, record: DeviceRecord | null) => book.deviceChanged(deviceId, record),
    start,
    stop: () => clearInterval(timer),
  };
}
