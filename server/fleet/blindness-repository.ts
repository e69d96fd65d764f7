import { type CompiledQuery, sql } from 'kysely';
import { readSaid } from '../../protocol/said/read.ts';
import type { Said } from '../../protocol/said/said.ts';
import type { Store } from '../platform/store/store.ts';

/** When something could not be seen, ms; `to` is null while it lasts. */
interface Blind {
  readonly from: number;
  readonly to: number | null;
  readonly why: Said;
}

/** Of a site, or of the server itself. */
interface KeptBlind extends Blind {
  readonly siteId: string | null;
}

/** What is kept of when we could not see. Statements are for the transaction of what follows from it. */
export function blindnessRepository({ db }: Pick<Store, 'db'>) {
  return {
    /** What lasts, and what ended after `endedAfter`, ms; oldest first. */
    async since(endedAfter: number): Promise<KeptBlind[]> {
      const rows = await db
        .selectFrom('blindness')
        .selectAll()
        .where((row) => row.or([row('end_ms', 'is', null), row('end_ms', '>', endedAfter)]))
        .orderBy('start_ms')
        .execute();
      return rows.map(({ site_id: siteId, start_ms: from, end_ms: to, evidence_json }) => {
        const { why } = JSON.parse(evidence_json) as { why: unknown };
        return { siteId, from, to, why: readSaid(why) };
      });
    },
    /** @param site null for the server itself */
    add(
      site: { readonly id: string; readonly clientId: string } | null,
      { from, to, reason, why }: Blind & { readonly reason: string },
    ): CompiledQuery {
      return db
        .insertInto('blindness')
        .values({
          site_id: site?.id ?? null,
          client_id: site?.clientId ?? null,
          start_ms: from,
          end_ms: to,
          reason,
          evidence_json: JSON.stringify({ why }),
        })
        .compile();
    },
    /** Ends what lasts. */
    end(siteId: string | null, at: number): CompiledQuery {
      return sql`
        UPDATE blindness SET end_ms = max(start_ms, ${at}) WHERE site_id IS ${siteId} AND end_ms IS NULL`.compile(db);
    },
  };
}
