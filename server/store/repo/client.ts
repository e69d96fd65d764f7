import type { Page, PageRequest } from '../page.ts';
import type { Row } from '../tables.ts';

/** Clients of the MSP. With a client's scope there is exactly that one. */
export interface ClientRepository {
  /** In the order of their slugs. */
  list(page: PageRequest): Promise<Page<Row<'client'>>>;
  all(): Promise<Row<'client'>[]>;
  get(id: string): Promise<Row<'client'> | null>;
  /** The name is compared without regard to ASCII case. */
  byName(name: string): Promise<Row<'client'> | null>;
  /** @throws VigiaError forbidden without the scope of every client, conflict if the name is taken. */
  create(name: string): Promise<Row<'client'>>;
  /** The client of this name, made if there is none. @throws VigiaError forbidden as {@link create} does. */
  ensure(name: string): Promise<Row<'client'>>;
}
