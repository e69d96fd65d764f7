import { type CompiledQuery, type RawBuilder, sql } from 'kysely';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import type { RepositoryContext } from '../scoping.ts';
import type { Row } from '../tables.ts';
import type { AuditAction } from './actions.ts';
import { createRowsDigest } from './chain.ts';
import { type AuditHead, type AuditVerdict, createChainCheck, hexOf, SEAL_ACTION } from './check.ts';

export interface AuditEntry {
  /** User id, `key:<id>` or `server`. */
  readonly actor: string;
  readonly action: AuditAction;
  /** The id of what was acted on. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What rows are looked for; all of them without any of it. */
export interface AuditFilter {
  readonly actor?: string;
  readonly action?: string;
  /** The id of what was acted on. */
  readonly subject?: string;
  /** Inclusive, ms since 1970. */
  readonly fromMs?: number;
  /** Exclusive. */
  readonly toMs?: number;
}

/** Append-only chain of who did what: each row's hash, made with the key of the key file, covers the row and the hash before it. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** The same as one statement, for {@link Store.commit}: the row is written with what it tells of, or neither is. */
  appendStatement(entry: AuditEntry): CompiledQuery;
  /** Newest first. @throws VigiaError bad_request for a cursor that is not one */
  list(filter: AuditFilter, page: PageRequest): Promise<Page<Row<'audit'>>>;
  count(filter: AuditFilter): Promise<number>;
  /** The newest row, or null. */
  head(): Promise<AuditHead | null>;
  /** Seals what is there with this key, unless the newest row has it already. */
  seal(): Promise<void>;
  /** Reads the whole chain, and compares it with what was told outside; without that, cutting the end off is not seen. */
  verify(heads?: readonly AuditHead[]): Promise<AuditVerdict>;
}

/** Marks a statement that must have written its row: a trigger that somebody planted may ignore it in silence. */
export const MUST_WRITE = '/* must write */';

const BATCH = 1000;
const MOST = Number.MAX_SAFE_INTEGER;

export function auditLog({ db, clock, chainKey }: RepositoryContext): AuditLog {
  const insertion = ({
    actor,
    action,
    subject,
    detail = {},
  }: AuditEntry): RawBuilder<unknown> => sql`${sql.raw(MUST_WRITE)}
    INSERT INTO audit (id, at, actor, action, subject, detail_json, previous_hash, key_id, hash)
    SELECT id, at, actor, action, subject, detail_json, previous_hash, audit_key(),
      audit_mac(id, at, actor, action, subject, detail_json, previous_hash)
    FROM (
      SELECT coalesce(max(id), 0) + 1 AS id, ${clock()} AS at, ${actor} AS actor, ${action} AS action,
        ${subject} AS subject, ${JSON.stringify(detail)} AS detail_json,
        coalesce((SELECT hash FROM audit ORDER BY id DESC LIMIT 1), zeroblob(32)) AS previous_hash
      FROM audit
    )`;
  const where = ({ actor, action, subject, fromMs, toMs }: AuditFilter) =>
    db
      .selectFrom('audit')
      .$if(actor !== undefined, (query) => query.where('actor', '=', actor ?? ''))
      .$if(action !== undefined, (query) => query.where('action', '=', action ?? ''))
      .$if(subject !== undefined, (query) => query.where('subject', '=', subject ?? ''))
      .$if(fromMs !== undefined, (query) => query.where('at', '>=', fromMs ?? 0))
      .$if(toMs !== undefined, (query) => query.where('at', '<', toMs ?? 0));
  const append = async (entry: AuditEntry): Promise<void> => {
    await insertion(entry).execute(db);
  };
  return {
    append,
    async list(filter, { limit, cursor }) {
      const size = clampLimit(limit);
      let query = where(filter)
        .select(columns)
        .orderBy('audit.id', 'desc')
        .limit(size + 1);
      if (cursor !== undefined) query = query.where('audit.id', '<', decodeCursor(cursor, ['number'])[0]);
      return toPage(await query.execute(), size, ({ id }) => [id]);
    },
    async count(filter) {
      const counted = where(filter).select((eb) => eb.fn.countAll<number>().as('rows'));
      return (await counted.executeTakeFirst())?.rows ?? 0;
    },
    appendStatement: (entry) => insertion(entry).compile(db),
    async head() {
      const row = await db.selectFrom('audit').select(['id', 'hash']).orderBy('id', 'desc').executeTakeFirst();
      return row === undefined ? null : { id: row.id, hash: hexOf(row.hash) };
    },
    async seal() {
      const digest = createRowsDigest();
      let entries = 0;
      let isSealed = true;
      for await (const row of everyRow(db)) {
        digest.take(row);
        entries = row.id;
        isSealed = row.key_id === chainKey.id;
      }
      if (isSealed) return;
      const detail = { entries, digest: digest.soFar() };
      await append({ actor: 'server', action: SEAL_ACTION, subject: 'before', detail });
    },
    async verify(heads) {
      const check = createChainCheck(chainKey, heads);
      for await (const row of everyRow(db)) if (!check.take(row)) break;
      return check.end();
    },
  };
}

/** A number that cannot be read here, and that no server has written, is read as the nearest: one row must not hide all others. */
const readable = (column: 'id' | 'at') =>
  sql<number>`max(min(${sql.ref(`audit.${column}`)}, ${sql.lit(MOST)}), ${sql.lit(-MOST)})`.as(column);
const columns = [
  ...(['actor', 'action', 'subject', 'detail_json', 'previous_hash', 'hash', 'key_id'] as const),
  readable('id'),
  readable('at'),
];

/** In the order of their ids, also those that no server has written. */
async function* everyRow(db: RepositoryContext['db']): AsyncGenerator<Row<'audit'>> {
  for (let newest: number | null = null; ; ) {
    const rows: Row<'audit'>[] = await db
      .selectFrom('audit')
      .select(columns)
      .$if(newest !== null, (query) => query.where('audit.id', '>', newest))
      .orderBy('audit.id')
      .limit(BATCH)
      .execute();
    yield* rows;
    newest = rows.at(-1)?.id ?? MOST;
    if (rows.length < BATCH || newest === MOST) return;
  }
}
