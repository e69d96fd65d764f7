import { randomUUID } from 'node:crypto';
import type { CompiledQuery } from 'kysely';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { noSuch, refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { found, inTransaction, ofScope, requireEveryClient, type ScopedContext } from '../scoping.ts';
import { freeSlug, slugify } from '../slug.ts';
import type { NewReportKey } from '../state-port.ts';
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
  /** @throws VigiaError not_found, conflict if the name is taken */
  update(id: string, changes: ClientChanges): Promise<Row<'client'>>;
  /** Its public report page; null takes the page away. @throws VigiaError not_found */
  setReportKey(id: string, key: NewReportKey | null): Promise<void>;
  noteReportKeyUseStatement(id: string): CompiledQuery;
  /** Those whose report page works. */
  withReportKey(): Promise<Row<'client'>[]>;
  /** Somebody else answers for its report page from now on. */
  keepReportKey(id: string, keptBy: string): Promise<void>;
  /** Null also for a key that has ended. */
  byReportKey(hash: Uint8Array): Promise<Row<'client'> | null>;
}

export interface ClientChanges {
  readonly name?: string;
  readonly remoteUrl?: string | null;
}

const noReportKey = {
  report_key_hash: null,
  report_key_at: null,
  report_key_by: null,
  report_key_kept_by: null,
  report_key_used_at: null,
  report_key_expires_at: null,
};

type ReportKeyColumns = Pick<Row<'client'>, keyof typeof noReportKey>;

export function clientRepository({ db, scope, clock }: ScopedContext): ClientRepository {
  const select = () => db.selectFrom('client').selectAll().where(ofScope(scope, 'client.id'));

  const withReportKey = () =>
    select()
      .where('report_key_hash', 'is not', null)
      .where((eb) => eb.or([eb('report_key_expires_at', 'is', null), eb('report_key_expires_at', '>', clock())]));
  const updateOf = (id: string, changes: Partial<ReportKeyColumns>) =>
    db.updateTable('client').set(changes).where(ofScope(scope, 'client.id')).where('id', '=', id);
  const update = (id: string, changes: Partial<ReportKeyColumns>) => updateOf(id, changes).executeTakeFirst();

  async function byName(name: string): Promise<Row<'client'> | null> {
    return (await select().where('name', '=', name.trim()).executeTakeFirst()) ?? null;
  }

  /** Null if the name is taken. */
  function insert(name: string): Promise<Row<'client'> | null> {
    return inTransaction(db, async (tx) => {
      const rows = await tx.selectFrom('client').select('slug').execute();
      const slug = freeSlug(slugify(name, 'client'), new Set(rows.map((row) => row.slug)));
      const row = { id: randomUUID(), slug, name, created_at: clock(), remote_url: null, ...noReportKey };
      const inserted = await tx
        .insertInto('client')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning('id')
        .executeTakeFirst();
      return inserted === undefined ? null : row;
    });
  }

  return {
    async list({ limit, cursor }) {
      const size = clampLimit(limit);
      let query = select()
        .orderBy('slug')
        .limit(size + 1);
      if (cursor !== undefined) query = query.where('slug', '>', decodeCursor(cursor, ['string'])[0]);
      return toPage(await query.execute(), size, (row) => [row.slug]);
    },
    all: () => select().orderBy('slug').execute(),
    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,
    byName,
    async create(given) {
      requireEveryClient(scope);
      const name = given.trim();
      const row = await insert(name);
      if (row === null) throw refused('conflict', said('refused.named.client', { name }));
      return row;
    },
    async ensure(name) {
      requireEveryClient(scope);
      // Between the look and the insert somebody else may have made it.
      return found((await byName(name)) ?? (await insert(name.trim())) ?? (await byName(name)), 'client');
    },
    update: (id, { name, remoteUrl }) =>
      inTransaction(db, async (tx) => {
        const mine = tx.selectFrom('client').selectAll().where(ofScope(scope, 'client.id')).where('id', '=', id);
        const client = found(await mine.executeTakeFirst(), 'client');
        const row = {
          ...client,
          name: name?.trim() ?? client.name,
          remote_url: remoteUrl === undefined ? client.remote_url : remoteUrl,
        };
        const taken = tx.selectFrom('client').select('id').where('name', '=', row.name).where('id', '<>', id);
        if ((await taken.executeTakeFirst()) !== undefined) {
          throw refused('conflict', said('refused.named.client', { name: row.name }));
        }
        await tx
          .updateTable('client')
          .set({ name: row.name, remote_url: row.remote_url })
          .where('id', '=', id)
          .execute();
        return row;
      }),
    async setReportKey(id, key) {
      const made = key && {
        report_key_hash: key.hash,
        report_key_at: clock(),
        report_key_by: key.createdBy,
        report_key_expires_at: key.expiresAt,
      };
      const { numUpdatedRows } = await update(id, { ...noReportKey, ...made });
      if (numUpdatedRows === 0n) throw noSuch('client');
    },
    noteReportKeyUseStatement: (id) => updateOf(id, { report_key_used_at: clock() }).compile(),
    withReportKey: () => withReportKey().execute(),
    keepReportKey: async (id, keptBy) => void (await update(id, { report_key_kept_by: keptBy })),
    byReportKey: async (hash) => (await withReportKey().where('report_key_hash', '=', hash).executeTakeFirst()) ?? null,
  };
}
