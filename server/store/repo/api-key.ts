import type { Page, PageRequest } from '../page.ts';
import type { NewRow, Row } from '../tables.ts';

/** API keys, without their secrets. A key of every client (`client_id` null) is in the scope of every client only. */
export interface ApiKeyRepository {
  /** Those not revoked, newest first. */
  list(page: PageRequest): Promise<Page<Row<'api_key'>>>;
  get(id: string): Promise<Row<'api_key'> | null>;
  /** Not if it is revoked. */
  bySecretHash(secretHash: Uint8Array): Promise<Row<'api_key'> | null>;
  /** @throws VigiaError not_found if its client is not in scope. */
  insert(row: NewRow<'api_key'>): Promise<Row<'api_key'>>;
  touch(id: string): Promise<void>;
  /** @throws VigiaError not_found if there is none or it is revoked already. */
  revoke(id: string): Promise<void>;
}
