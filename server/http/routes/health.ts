import { VigiaError } from '../../../protocol/error.ts';
import type { Http, RouteContext } from '../context.ts';

/** `/healthz`: the process answers. `/readyz`: it accepts agents and evaluates their reports. */
export function healthRoutes(http: Http, { fleet }: RouteContext): void {
  http.get('/healthz', { config: { access: 'public' } }, async () => ({ status: 'ok' }));
  http.get('/readyz', { config: { access: 'public' } }, async () => {
    if (!fleet.ready()) throw new VigiaError('unavailable');
    return { status: 'ready' };
  });
}
