import { type Said, said } from '../../../protocol/said/said.ts';
import type { IncidentRecord } from '../../core/incidents/incident-book.ts';
import { KeptReports, type KeptReportsOptions } from '../../core/twins/kept-reports.ts';
import { createTwinRepository } from '../../core/twins/twin-repository.ts';
import { Twins } from '../../core/twins/twins.ts';
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { twinRoutes } from './routes.ts';
import { createTwinPort, type TwinPortOptions } from './twin-port.ts';

export interface TwinsOptions
  extends Omit<TwinPortOptions, 'twins' | 'twinRepository' | 'kept'>,
    Pick<KeptReportsOptions, 'offer' | 'logger'> {
  readonly store: Store;
  readonly now: () => number;
}

/** Machines that share an identity: what is known of them, what is kept of them, and what people decide. */
export async function createTwins(options: TwinsOptions) {
  const { store, now, fleet } = options;
  const twinRepository = createTwinRepository(store);
  const twins = await Twins.load(twinRepository, now);
  const kept = new KeptReports({ ...options, twins, twinRepository });
  const port = createTwinPort({ ...options, twins, twinRepository, kept });
  const routes: AddRoutes = (http) => twinRoutes(http, { twins: port });
  return {
    name: 'twins',
    twins,
    kept,
    routes: [routes],
    start: () => kept.resume(fleet.devices),
    /** Why an incident cannot be resolved by hand, or null. */
    mayNotResolve({ rule, deviceId }: IncidentRecord): Said | null {
      if (rule !== 'identity.cloned' || deviceId === null || !twins.isUndecided(deviceId)) return null;
      return said('refused.twins.undecided');
    },
  };
}
