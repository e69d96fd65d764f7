import type { DeviceSummary, Incident, Priority } from '../../../protocol/api/view.ts';
import { byDeadline } from '../../data/deadline.ts';
import { headlineOf } from '../../data/headline.ts';
import { priorities } from '../../data/priority.ts';

export const incidentFilters = ['open', 'resolved', 'all'] as const;
export type IncidentFilter = (typeof incidentFilters)[number];

/** What the list of incidents shows; all of it stands in the address. */
export interface IncidentsQuery {
  readonly filter: IncidentFilter;
  readonly priorities: ReadonlySet<Priority>;
  readonly clientId: string | null;
  /** Whose: mine, nobody's, or everybody's. */
  readonly whose: 'all' | 'mine' | 'nobody';
  readonly text: string;
}

export function parseIncidentsQuery(params: URLSearchParams): IncidentsQuery {
  const wanted = (params.get('priority') ?? '').split(',');
  const whose = params.get('whose');
  return {
    filter: incidentFilters.find((name) => name === params.get('state')) ?? 'open',
    priorities: new Set(priorities.filter((priority) => wanted.includes(priority))),
    clientId: params.get('client'),
    whose: whose === 'mine' || whose === 'nobody' ? whose : 'all',
    text: params.get('q') ?? '',
  };
}

/** The incidents that the query lets through: open ones by their deadline, the others newest first. */
export function selectIncidents(
  incidents: Iterable<Incident>,
  query: IncidentsQuery,
  devices: ReadonlyMap<string, DeviceSummary>,
  myId: string | null,
): Incident[] {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean);
  const passes = (incident: Incident) =>
    (query.filter === 'all' || (incident.state === 'resolved') === (query.filter === 'resolved')) &&
    (query.priorities.size === 0 || query.priorities.has(incident.priority)) &&
    (query.clientId === null || incident.clientId === query.clientId) &&
    (query.whose === 'all' || incident.assigneeId === (query.whose === 'mine' ? myId : null)) &&
    words.every((word) => haystack(incident, devices).includes(word));
  const newestFirst = (a: Incident, b: Incident) => Date.parse(b.openedAt) - Date.parse(a.openedAt);
  return [...incidents].filter(passes).sort(query.filter === 'open' ? byDeadline : newestFirst);
}

function haystack(incident: Incident, devices: ReadonlyMap<string, DeviceSummary>): string {
  const device = devices.get(incident.deviceId ?? '')?.name ?? '';
  return `${headlineOf(incident)}\n${device}\n${incident.object}\n${incident.rule}`.toLowerCase();
}
