import type { CompiledQuery } from 'kysely';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { before, ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import type { Row } from '../tables.ts';

/** What people reported. */
export interface PersonReportRepository {
  /** Newest first. */
  list(page: PageRequest & { readonly clientId?: string | undefined }): Promise<Page<Row<'person_report'>>>;
  get(id: string): Promise<Row<'person_report'> | null>;
  /** Those about an incident, oldest first. */
  ofIncident(incidentId: string): Promise<Row<'person_report'>[]>;
  /** The incident that began since then with a report that came in this way, and goes on; null if there is none. */
  threadOf(createdBy: string, sinceMs: number): Promise<string | null>;
  /** Those reported in [fromMs, toMs), oldest first. */
  between(fromMs: number, toMs: number, clientId?: string): Promise<Row<'person_report'>[]>;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  insertStatement(row: Row<'person_report'>): CompiledQuery;
  /** For {@link Store.commit}. @throws VigiaError not_found if the report is outside the scope. */
  linkStatement(
    report: Pick<Row<'person_report'>, 'id' | 'client_id'>,
    link: { readonly incidentId: string; readonly leadMs: number },
  ): CompiledQuery;
}

export function personReportRepository({ db, scope }: ScopedContext): PersonReportRepository {
  const select = () => db.selectFrom('person_report').selectAll().where(ofScope(scope, 'person_report.client_id'));
  return {
    async list({ limit, cursor, clientId }) {
      const size = clampLimit(limit);
      let query = select()
        .orderBy('reported_at', 'desc')
        .orderBy('id', 'desc')
        .limit(size + 1);
      if (clientId !== undefined) query = query.where('client_id', '=', clientId);
      if (cursor !== undefined) {
        query = query.where(before(['reported_at', 'id'], decodeCursor(cursor, ['number', 'string'])));
      }
      return toPage(await query.execute(), size, (row) => [row.reported_at, row.id]);
    },
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    ofIncident: (incidentId) =>
      select().where('incident_id', '=', incidentId).orderBy('reported_at').orderBy('id').execute(),
    async threadOf(createdBy, sinceMs) {
      const thread = await db
        .selectFrom('person_report')
        .innerJoin('incident', 'incident.id', 'person_report.incident_id')
        .select('incident.id')
        .where(ofScope(scope, 'person_report.client_id'))
        .where('person_report.created_by', '=', createdBy)
        .where('person_report.created_at', '>=', sinceMs)
        .where('incident.source', '=', 'person')
        .where('incident.state', '<>', 'resolved')
        .where('incident.opened_at', '>=', sinceMs)
        .orderBy('incident.opened_at')
        .limit(1)
        .executeTakeFirst();
      return thread?.id ?? null;
    },
    between(fromMs, toMs, clientId) {
      let query = select().where('reported_at', '>=', fromMs).where('reported_at', '<', toMs).orderBy('reported_at');
      if (clientId !== undefined) query = query.where('client_id', '=', clientId);
      return query.orderBy('id').execute();
    },
    insertStatement(row) {
      requireInScope(scope, row.client_id);
      return db.insertInto('person_report').values(row).compile();
    },
    linkStatement({ id, client_id }, { incidentId, leadMs }) {
      requireInScope(scope, client_id);
      return db
        .updateTable('person_report')
        .set({ incident_id: incidentId, lead_ms: leadMs })
        .where('id', '=', id)
        .where('client_id', '=', client_id)
        .compile();
    },
  };
}
