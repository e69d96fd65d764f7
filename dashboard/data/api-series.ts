import type { FleetSeries } from '../../protocol/api/view.ts';
import { request } from './api.ts';

/** Which machines, which metric, and when. */
export interface FleetQuestion {
  readonly metric: string;
  readonly clientId: string | null;
  readonly siteId: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
}

/** How machines are put together, in the words of the API. */
export type Across =
  | { readonly across: 'mean' }
  | { readonly across: 'top'; readonly count: string; readonly order: 'highest' | 'lowest' }
  | { readonly across: 'heat'; readonly bounds: string };

/** One metric of many machines. @throws ApiError */
export function fleetSeries(question: FleetQuestion, across: Across): Promise<FleetSeries> {
  const { metric, clientId, siteId, fromMs, toMs, stepMs } = question;
  const query = new URLSearchParams({
    metric,
    ...(clientId !== null && { client: clientId }),
    ...(siteId !== null && { site: siteId }),
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    step: String(stepMs),
    ...across,
  });
  return request<FleetSeries>('GET', `/series?${query}`);
}
