import { join } from 'node:path';
import { liveRoute } from '../edge/live/live-connections.ts';
import type { LivePort } from '../edge/live/port.ts';
import type { Http } from '../platform/http/http.ts';
import { createHttpServer } from '../platform/http/server.ts';
import type { UpgradeHandler } from '../platform/http/upgrade.ts';
import type { TrustedProxies } from '../platform/net/trusted-proxies.ts';
import type { Features } from './features.ts';
import type { Foundation } from './foundation.ts';
import type { Watching } from './watching.ts';

export interface ServingOptions {
  readonly live: LivePort;
  readonly proxies: TrustedProxies;
}

/** The HTTP server with the routes of all features, the links of agents and the live connections of browsers. */
export function createServing(
  { config, logger, version, certificate, metrics, installationDir }: Foundation,
  { list, access }: Features,
  { upgrade }: Watching,
  { live, proxies }: ServingOptions,
): Promise<Http> {
  const { watchFigure } = metrics;
  const { sessions, apiKeys } = access.people;
  const upgrades = new Map<string, UpgradeHandler>([['/agent', upgrade]]);
  return createHttpServer({
    ...{ version, logger, sessions, apiKeys, proxies, upgrades },
    tls: certificate.current(),
    certificate: certificate.current,
    publicUrl: config.publicUrl,
    dashboardDir: join(installationDir, 'dist/dashboard'),
    routes: [
      ...list.flatMap(({ routes = [] }) => routes),
      liveRoute({ sessions, live, logger, addressOf: proxies.addressOf, upgrades, watchFigure }),
    ],
  });
}
