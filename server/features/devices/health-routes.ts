import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Http } from '../../platform/http/http.ts';
import type { FleetPort } from './port.ts';

/** `/healthz`: the process answers. `/readyz`: it accepts agents, evaluates their reports, keeps what follows and tells people. */
export function healthRoutes(http: Http, { fleet }: { readonly fleet: Pick<FleetPort, 'unready'> }): void {
  http.get('/healthz', { config: { access: 'public' } }, async () => ({ status: 'ok' }));
  http.get('/readyz', { config: { access: 'public' } }, async () => {
    const failing = fleet.unready();
    if (failing.includes('starting')) throw new VigiaError('unavailable', undefined, { failing });
    if (failing.length > 0) {
      throw refused('unavailable', said('refused.unready', { failing }), { failing });
    }
    return { status: 'ready' };
  });
}
