import type { Scope } from '../../domain/scope.ts';
import type { Loss } from '../../fleet/device-shown.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { FleetExport } from '../../platform/metrics/fleet-export.ts';
import { writeFleet } from '../../platform/metrics/prometheus.ts';
import type { SeriesStore } from '../../platform/series/series-store.ts';
import { type DeviceRouteNeeds, deviceRoutes } from './device-routes.ts';
import { exportFleet } from './export-view.ts';
import { createFleetPort, type FleetPortOptions } from './fleet-port.ts';
import { healthRoutes } from './health-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { scrapeTargets } from './scrape-targets.ts';
import { createSeriesPort } from './series-port.ts';
import { seriesRoutes } from './series-routes.ts';
import { createStoragePort } from './storage-port.ts';
import { storageRoutes } from './storage-routes.ts';

export interface DevicesOptions extends FleetPortOptions, Pick<DeviceRouteNeeds, 'actOnStore' | 'endWatching'> {
  readonly series: SeriesStore;
  /** What is gone of history, the newest found first. */
  readonly losses: { all(): readonly Loss[] };
  /** What Prometheus is told of promises. */
  readonly availability: (scope: Scope) => Promise<FleetExport['availability']>;
  /** What others tell Prometheus of what is theirs: looked at anew at each scrape. */
  readonly scraped: readonly ((scope: Scope) => AsyncIterable<string>)[];
  /** The server's own metrics. */
  readonly serverMetrics: () => Promise<string>;
}

/** The machines: as they are now, as they were, and as Prometheus scrapes them. */
export function createDevices(options: DevicesOptions) {
  const { fleet, book, now, series, serverMetrics, actOnStore, endWatching } = options;
  const port = createFleetPort(options);
  const seriesPort = createSeriesPort(fleet, series);
  const storage = createStoragePort(fleet, series, options.losses);
  async function* deviceMetrics(scope: Scope): AsyncGenerator<string> {
    yield* writeFleet({ ...exportFleet(fleet, book, scope), availability: await options.availability(scope) });
    for (const more of options.scraped) yield* more(scope);
  }
  const routes: readonly AddRoutes[] = [
    (http) => healthRoutes(http, { fleet: port }),
    (http) =>
      metricsRoutes(http, {
        metrics: { deviceMetrics, serverMetrics, scrapeTargets: (scope) => scrapeTargets(fleet, scope) },
      }),
    (http) => deviceRoutes(http, { actOnStore, endWatching, fleet: port, clock: now }),
    (http) => seriesRoutes(http, { series: seriesPort, clock: now }),
    (http) => storageRoutes(http, { storage }),
  ];
  return { name: 'devices', port, routes };
}
