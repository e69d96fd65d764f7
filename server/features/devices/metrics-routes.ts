import { Readable } from 'node:stream';
import { ScrapeTargets } from '../../../protocol/api/view.ts';
import type { Scope } from '../../domain/scope.ts';
import type { Http } from '../../platform/http/http.ts';
import { type Principal, principalOf } from '../../platform/http/principal.ts';

/** Writes the devices' part of /metrics as chunks of text, in the scope. */
export interface MetricsPort {
  deviceMetrics(scope: Scope): AsyncIterable<string>;
  /** prom-client's text of the server's own metrics. */
  serverMetrics(): Promise<string>;
  /** The machines in the scope, for exporters that run on them. */
  scrapeTargets(scope: Scope): Promise<ScrapeTargets>;
}

/**
 * `/metrics` for Prometheus: the devices in scope and, for who sees every client, the server itself. `/sd/devices`: where the
 * devices are, for what else is to be scraped of them.
 */
export function metricsRoutes(http: Http, { metrics }: { readonly metrics: MetricsPort }): void {
  async function* scrape({ scope }: Principal): AsyncGenerator<string> {
    yield* metrics.deviceMetrics(scope);
    if ('allClients' in scope) yield await metrics.serverMetrics();
  }
  // Who scrapes stands close by, and asks often: packing would cost more than it saves.
  http.get('/metrics', { config: { access: 'metrics' }, compress: false }, (request, reply) =>
    reply
      .type('text/plain; version=0.0.4; charset=utf-8')
      .send(Readable.from(scrape(principalOf(request)), { objectMode: false })),
  );
  http.get(
    '/sd/devices',
    { config: { access: 'metrics' }, schema: { response: { 200: ScrapeTargets } } },
    async (request) => metrics.scrapeTargets(principalOf(request).scope),
  );
}
