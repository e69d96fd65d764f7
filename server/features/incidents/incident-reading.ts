import type { Incident, IncidentDetail, IncidentEvent } from '../../../protocol/api/view.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { parseSaid } from '../../../protocol/said/read.ts';
import { toRecord } from '../../core/incidents/rows.ts';
import { incidentView } from '../../core/incidents/views.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { IncidentPort } from './port.ts';
import { surroundings } from './surroundings.ts';

export interface IncidentReadingNeeds {
  readonly store: Store;
  readonly nameOf: (userId: string) => string | null;
  readonly now: () => number;
}

const DAY_MS = 86_400_000;
const SIMILAR_LIMIT = 10;

/** Incidents as people see them. */
export function createIncidentReading({
  store,
  nameOf,
  now,
}: IncidentReadingNeeds): Pick<IncidentPort, 'list' | 'recent' | 'detail'> {
  const view = (record: IncidentRecord): Incident => incidentView(record, nameOf, now());

  return {
    async list(scope, filter) {
      const page = await store.scoped(scope).incidents.list(filter);
      return { items: page.items.map((row) => view(toRecord(row))), next: page.next };
    },
    async recent(scope) {
      const rows = await store.scoped(scope).incidents.recent(now() - DAY_MS);
      return rows.map((row) => view(toRecord(row)));
    },
    async detail(scope, id): Promise<IncidentDetail | null> {
      const { incidents } = store.scoped(scope);
      const row = await incidents.get(id);
      if (!row) return null;
      const record = toRecord(row);
      const [events, sameKey, around] = await Promise.all([
        incidents.events(id),
        incidents.byKey(record.key, SIMILAR_LIMIT + 1),
        surroundings(store, scope, record, now()),
      ]);
      const { evidence } = record;
      return {
        ...view(record),
        events: events.map(eventView),
        evidence:
          evidence.metrics.length > 0 ? { metrics: [...evidence.metrics], threshold: evidence.threshold } : null,
        similar: sameKey
          .filter((other) => other.id !== id)
          .map((other) => ({
            id: other.id,
            openedAt: new Date(other.opened_at).toISOString(),
            resolvedAt: other.resolved_at === null ? null : new Date(other.resolved_at).toISOString(),
          })),
        ...around,
      };
    },
  };
}

/** A line of the history, in the words of the time at which it was written. */
function eventView({ id, at, kind, by_user: by, said_json, client_visible }: Row<'incident_event'>): IncidentEvent {
  const said = parseSaid(said_json);
  return {
    id,
    at: new Date(at).toISOString(),
    kind: kind as IncidentEvent['kind'],
    by,
    text: plain(said, at),
    said,
    ...(client_visible === 1 ? { visible: true } : {}),
  };
}
