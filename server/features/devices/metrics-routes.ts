import { Readable } from 'node:stream';
import type { Http } from '../../platform/http/http.ts';
import { type Principal, principalOf } from '../../platform/http/principal.ts';
import type { MetricsPort } from '../../platform/metrics/port.ts';

/** `/metrics` for Prometheus: the devices in scope and, for who sees every client, the server itself. */
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
}
