import type { CompiledQuery } from 'kysely';
import type { Page, PageRequest } from '../page.ts';
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
  /** The incidents of a key, newest first. */
  byKey(key: string, limit: number): Promise<Row<'incident'>[]>;
  /** The history of an incident, oldest first. */
  events(incidentId: string): Promise<Row<'incident_event'>[]>;
  /** Inserts or replaces, for {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  saveStatement(row: Row<'incident'>): CompiledQuery;
  /** For {@link Store.commit}. @throws VigiaError not_found if the row is outside the scope. */
  eventStatement(row: NewRow<'incident_event'>): CompiledQuery;
}
