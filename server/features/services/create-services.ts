import type { Logger } from 'pino';
import type { Service } from '../../../protocol/api/service.ts';
import type { ResolveHost } from '../../../protocol/check/outcome.ts';
import type { Act, Follow } from '../../core/incidents/act.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { TaskDesk } from '../../core/tasks/desk.ts';
import type { DeviceLedgerSource, ExclusionSource } from '../../domain/sla/sources.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { CheckBook } from './checks/check-book.ts';
import { createCheckPort } from './checks/check-port.ts';
import { createCheckSource } from './checks/check-source.ts';
import { Plans } from './checks/plans.ts';
import { checkRoutes } from './checks/routes.ts';
import { CheckRunner } from './checks/runner.ts';
import type { ServiceDefinition } from './definition.ts';
import { serviceRoutes } from './routes.ts';
import { ServiceBook } from './service-book.ts';
import { createServicePort, serviceView } from './service-port.ts';
import { createServiceSource } from './service-source.ts';

export interface ServicesOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  /** What agents are asked for, by kind of device. */
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
  /** Asked for at every use: it is made later. */
  readonly devices: () => DeviceLedgerSource;
  readonly exclusions: ExclusionSource;
  readonly act: Act;
  readonly follow: Follow;
  readonly now: () => number;
  readonly logger: Logger;
  readonly onServiceChanged: (service: ServiceDefinition) => void;
  readonly tasks: TaskDesk;
  /** Where the server's own checks may go; public addresses by default. */
  readonly resolve?: ResolveHost;
}

export type Services = Awaited<ReturnType<typeof createServices>>;

/** Checks and the services made of them, wired. Made before anything is replayed. */
export async function createServices(options: ServicesOptions) {
  const { store, fleet, book, now } = options;
  const { act } = options;
  const checks = new CheckBook({ store, fleet, book, reportIntervalMs: options.reportIntervalMs });
  await checks.load();
  const services = new ServiceBook({ store, fleet, book, checks, onChanged: options.onServiceChanged });
  await services.load();
  checks.beforeIncident((check, changes, at) => {
    for (const service of services.withCheck(check.id)) services.judgeOne(service, changes, at);
  });
  const plans = new Plans({ checks, fleet, tasks: options.tasks, logger: options.logger });
  const devices: DeviceLedgerSource = {
    ledger: (id, from, to, withClauses) => options.devices().ledger(id, from, to, withClauses),
  };
  const checkSource = createCheckSource({ store, fleet, checks, devices, exclusions: options.exclusions, now });
  const source = createServiceSource({ services, checks, fleet, checkSource, devices, now });
  const runner = new CheckRunner({
    checks,
    watch: { follow: options.follow },
    logger: options.logger,
    ...(options.resolve && { resolve: options.resolve }),
  });
  const servicesWith = (checkId: string): string[] =>
    [...services.withCheck(checkId)].map(({ versions }) => versions.at(-1)?.terms.name ?? '');
  const checkPort = createCheckPort({ store, fleet, checks, plans, act, now, servicesWith });
  const servicePort = createServicePort({ store, fleet, checks, services, act, now });
  /** What the server's own checks have learnt since it was last saved. */
  async function save(): Promise<void> {
    await options.follow((changes: ChangeSet) => checks.saveAll(changes));
  }
  const view = (id: string): Service | null => {
    const service = services.get(id);
    return service && service.removedAt === null ? serviceView(service, services, now()) : null;
  };
  const addCheckRoutes: AddRoutes = (http) => checkRoutes(http, { checks: checkPort });
  const addServiceRoutes: AddRoutes = (http) => serviceRoutes(http, { services: servicePort });
  return {
    name: 'services',
    checks,
    services,
    view,
    /** The devices that a service is made of now. */
    members: (id: string): readonly string[] => services.get(id)?.versions.at(-1)?.terms.deviceIds ?? [],
    plans,
    source,
    runner,
    checkPort,
    servicePort,
    topics: { services: view },
    judges: [checks, services],
    policies: [services.parentPolicy],
    routes: [addCheckRoutes, addServiceRoutes],
    start: () => runner.start(),
    stop: () => runner.stop(),
    save,
  };
}
