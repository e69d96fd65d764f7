import { parseSaid } from '../../../protocol/said/read.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';
import type { IncidentFacts, Notice, NoticePayload } from '../../platform/notify/notice.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';

export interface StoredNotice extends Notice {
  readonly outboxKey: string;
}

/** Reads what is told, with what is known by now of its incidents; their histories only if they are asked for. */
export async function loadNotices(
  store: Pick<Store, 'db'>,
  outboxIds: readonly number[],
  withHistory: boolean,
): Promise<Map<number, StoredNotice>> {
  const rows = await store.db
    .selectFrom('outbox')
    .innerJoin('client', 'client.id', 'outbox.client_id')
    .select(['outbox.id', 'idempotency_key', 'kind', 'payload_json', 'client.name as client_name'])
    .where('outbox.id', 'in', [...outboxIds])
    .execute();
  const read = rows.map((row) => ({ row, payload: JSON.parse(row.payload_json) as NoticePayload }));
  const ids = read.flatMap(({ payload }) => (typeof payload.incidentId === 'string' ? [payload.incidentId] : []));
  const incidents = await loadIncidents(store, [...new Set(ids)], withHistory);
  return new Map(
    read.map(({ row, payload }) => [
      row.id,
      {
        outboxKey: row.idempotency_key,
        kind: row.kind,
        payload,
        clientName: row.client_name,
        incident: incidents.get(String(payload.incidentId)) ?? null,
      },
    ]),
  );
}

async function loadIncidents(
  { db }: Pick<Store, 'db'>,
  ids: readonly string[],
  withHistory: boolean,
): Promise<Map<string, IncidentFacts>> {
  if (ids.length === 0) return new Map();
  const rows = await db
    .selectFrom('incident')
    .leftJoin('site', 'site.id', 'incident.site_id')
    .leftJoin('device', 'device.id', 'incident.device_id')
    .leftJoin('service', 'service.id', 'incident.service_id')
    .selectAll('incident')
    .select(['site.name as site_name', 'device.name as device_name', 'service.name as service_name'])
    .where('incident.id', 'in', [...ids])
    .execute();
  const events = withHistory
    ? await db
        .selectFrom('incident_event')
        .selectAll()
        .where('incident_id', 'in', [...ids])
        .orderBy('id')
        .execute()
    : [];
  const histories = Map.groupBy(events, (event) => event.incident_id);
  return new Map(rows.map((row) => [row.id, factsOf(row, histories.get(row.id) ?? [])]));
}

type IncidentRow = Row<'incident'> & {
  readonly site_name: string | null;
  readonly device_name: string | null;
  readonly service_name: string | null;
};

function factsOf(row: IncidentRow, events: readonly Row<'incident_event'>[]): IncidentFacts {
  const clock = row.clock_json === null ? null : (JSON.parse(row.clock_json) as ResponseClock);
  return {
    id: row.id,
    state: row.state,
    priority: row.priority,
    said: parseSaid(row.said_json),
    siteName: row.site_name,
    deviceName: row.device_name,
    serviceName: row.service_name,
    onsetAt: row.onset_at,
    resolvedAt: row.resolved_at,
    dueAt: clock && clock.respondedAt === null && row.state !== 'resolved' ? clock.dueAt : null,
    dueZone: clock?.timeZone ?? 'UTC',
    dueEnd: clock?.endsAt ?? 'responded',
    dueIsFirm: clock?.binding ?? true,
    events: events.map(({ at, kind, by_user: by, said_json }) => ({ at, kind, by, said: parseSaid(said_json) })),
  };
}
