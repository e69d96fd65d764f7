import type { Act } from '../../core/incidents/act.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { TermsSource } from '../../domain/sla/sources.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { MaintenanceBook } from './maintenance-book.ts';
import { createMaintenancePort } from './maintenance-port.ts';
import { loadRuns } from './maintenance-runs.ts';
import { MaintenanceWatch } from './maintenance-watch.ts';
import { maintenanceRoutes } from './routes.ts';

export interface MaintenanceOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly terms: Pick<TermsSource, 'at' | 'inForce'>;
  readonly now: () => number;
  readonly act: Act;
  /** The devices that a service is made of. */
  readonly serviceMembers?: (serviceId: string) => readonly string[];
}

/** Planned work: the windows in memory, the judge that follows them, the policy that keeps quiet, and what people do. */
export type Maintenance = Awaited<ReturnType<typeof createMaintenance>>;

export async function createMaintenance(options: MaintenanceOptions) {
  const { store, fleet, book, terms, now, act, serviceMembers } = options;
  const windows = new MaintenanceBook(terms);
  await windows.load(store);
  const watch = new MaintenanceWatch(
    { store, fleet, book, windows, ...(serviceMembers && { serviceMembers }) },
    await loadRuns(store, windows, now()),
  );
  const port = createMaintenancePort({ store, book: windows, now, act });
  const routes: AddRoutes = (http) => maintenanceRoutes(http, { maintenance: port, clock: now });
  return {
    name: 'maintenance',
    windows,
    watch,
    port,
    judges: [watch],
    policies: [watch.policy],
    routes: [routes],
    async deviceChanged(deviceId: string): Promise<void> {
      watch.deviceChanged();
      await windows.loadPlacements(store, deviceId);
    },
  };
}
