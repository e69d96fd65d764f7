import { type CompiledQuery, sql } from 'kysely';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { before, ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { NewRow, Row } from '../tables.ts';

export interface IncidentListFilter extends PageRequest {
  /** `open` includes the acknowledged ones. */
  readonly state: 'open' | 'resolved' | 'all';
  readonly deviceId?: string | undefined;
  readonly clientId?: string | undefined;
}

/** Incidents and their histories. At most one incident of a key is not resolved: the database itself refuses a second. */
export interface IncidentRepository {
  /** Newest first. */
  list(filter: IncidentListFilter): Promise<Page<Row<'incident'>>>;
  get(id: string): Promise<Row<'incident'> | null>;
  /** All that are open or acknowledged. */
  open(): Promise<Row<'incident'>[]>;
  /** All that are open or acknowledged, and those resolved at `sinceMs` or later; newest first. */
  recent(sinceMs: number): Promise<Row<'incident'>[]>;
  /** Those whose outage goes on, also resolved ones. */
  withOutage(): Promise<Row<'incident'>[]>;
  /** The incidents of a key, newest first. */
  byKey(key: string, limit: number): Promise<Row<'incident'>[]>;
  /** Those that this one explains, oldest first. */
  childrenOf(incidentId: string): Promise<Row<'incident'>[]>;
  /** Those that nobody was told of for this reason, raised or changed at `sinceMs` or later. */
  suppressed(by: string, sinceMs: number): Promise<Row<'incident'>[]>;
  /** Those raised in [fromMs, toMs), oldest first. */
  openedBetween(fromMs: number, toMs: number, clientId?: string): Promise<Row<'incident'>[]>;
  /** The history of an incident, oldest first. */
  events(incidentId: string): Promise<Row<'incident_event'>[]>;
  /** What the client can read, written at `sinceMs` or later, newest first. */
  visibleNotes(sinceMs: number, limit: number): Promise<Row<'incident_event'>[]>;
  /** Inserts or replaces, for {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  saveStatement(row: Row<'incident'>): CompiledQuery;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  eventStatement(row: NewRow<'incident_event'>): CompiledQuery;
}

export function incidentRepository({ db, scope }: ScopedContext): IncidentRepository {
  const select = () => db.selectFrom('incident').selectAll().where(ofScope(scope, 'incident.client_id'));
  const newestFirst = () => select().orderBy('opened_at', 'desc').orderBy('id', 'desc');
  return {
    async list({ limit, cursor, state, deviceId, clientId }) {
      const size = clampLimit(limit);
      let query = newestFirst().limit(size + 1);
      if (state !== 'all') query = query.where('state', state === 'resolved' ? '=' : '<>', 'resolved');
      if (deviceId !== undefined) query = query.where('device_id', '=', deviceId);
      if (clientId !== undefined) query = query.where('client_id', '=', clientId);
      if (cursor !== undefined) {
        query = query.where(before(['opened_at', 'id'], decodeCursor(cursor, ['number', 'string'])));
      }
      return toPage(await query.execute(), size, (row) => [row.opened_at, row.id]);
    },
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    open: () => newestFirst().where('state', 'in', ['open', 'acknowledged']).execute(),
    recent: (sinceMs) =>
      newestFirst()
        .where((eb) => eb.or([eb('state', 'in', ['open', 'acknowledged']), eb('resolved_at', '>=', sinceMs)]))
        .execute(),
    withOutage: () =>
      select()
        .where('outage_json', 'is not', null)
        .where(sql<boolean>`json_extract(outage_json, '$.restoredAt') IS NULL`)
        .execute(),
    byKey: (key, limit) => newestFirst().where('key', '=', key).limit(clampLimit(limit)).execute(),
    childrenOf: (incidentId) =>
      select().where('parent_id', '=', incidentId).orderBy('opened_at').orderBy('id').execute(),
    suppressed: (by, sinceMs) => select().where('suppressed_by', '=', by).where('updated_at', '>=', sinceMs).execute(),
    openedBetween(fromMs, toMs, clientId) {
      let query = select().where('opened_at', '>=', fromMs).where('opened_at', '<', toMs);
      if (clientId !== undefined) query = query.where('client_id', '=', clientId);
      return query.orderBy('opened_at').orderBy('id').execute();
    },
    events: (incidentId) =>
      db
        .selectFrom('incident_event')
        .selectAll()
        .where(ofScope(scope, 'incident_event.client_id'))
        .where('incident_id', '=', incidentId)
        .orderBy('id')
        .execute(),
    visibleNotes: (sinceMs, limit) =>
      db
        .selectFrom('incident_event')
        .selectAll()
        .where(ofScope(scope, 'incident_event.client_id'))
        .where('client_visible', '=', 1)
        .where('at', '>=', sinceMs)
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(clampLimit(limit))
        .execute(),
    saveStatement(row) {
      requireInScope(scope, row.client_id);
      return db
        .insertInto('incident')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet(row).where('incident.client_id', '=', row.client_id),
        )
        .compile();
    },
    eventStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('incident_event').values(row).compile();
    },
  };
}
