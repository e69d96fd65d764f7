import type { Page, PageRequest } from '../page.ts';
import type { Row } from '../tables.ts';

/** Places of clients. */
export interface SiteRepository {
  list(page: PageRequest & { readonly clientId?: string | undefined }): Promise<Page<Row<'site'>>>;
  all(): Promise<Row<'site'>[]>;
  get(id: string): Promise<Row<'site'> | null>;
  byName(clientId: string, name: string): Promise<Row<'site'> | null>;
  /** @throws VigiaError not_found if the client is not in scope, conflict if it has a site of this name. */
  create(clientId: string, name: string): Promise<Row<'site'>>;
  /** The site of this name, made if there is none. @throws VigiaError not_found if the client is not in scope. */
  ensure(clientId: string, name: string): Promise<Row<'site'>>;
}
