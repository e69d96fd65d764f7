import { type CompiledQuery, sql } from 'kysely';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { Twin, TwinFacts, TwinRole } from './twin.ts';

/** A report that is kept apart. */
export type KeptReport = Omit<Row<'twin_report'>, 'id'>;

/** Reads and writes what is kept of machines that share an identity. Knows no scope: it is asked through devices. */
export interface TwinRepository {
  all(): Promise<Twin[]>;
  /** Writes what is known of a machine; the role of one that is there stays as it is. */
  saveStatement(twin: Twin): CompiledQuery;
  roleStatement(id: string, role: TwinRole): CompiledQuery;
  /** All machines of a device, with what is kept of them. */
  removeStatement(deviceId: string): CompiledQuery;
  /** One machine, with what is kept of it. */
  dropStatement(id: string): CompiledQuery;
  /** What is kept of a machine, and not the machine. */
  dropReportsStatements(id: string): CompiledQuery[];
  schemaStatement(twinId: string, hash: string, frame: Uint8Array): CompiledQuery;
  /** The same report once more changes nothing. */
  reportStatement(report: KeptReport): CompiledQuery;
  reports(twinId: string, limit: number): Promise<Row<'twin_report'>[]>;
  schemas(twinId: string): Promise<Row<'twin_schema'>[]>;
  removeReportsStatement(twinId: string, upToId: number): CompiledQuery;
}

export function createTwinRepository({ db }: Pick<Store, 'db'>): TwinRepository {
  return {
    async all() {
      const rows = await db
        .selectFrom('twin')
        .selectAll()
        .select(sql<number>`(SELECT count(*) FROM twin_report WHERE twin_report.twin_id = twin.id)`.as('kept'))
        .select(
          sql<number>`(SELECT coalesce(sum(length(frame)), 0) FROM twin_report WHERE twin_report.twin_id = twin.id)`.as(
            'bytes',
          ),
        )
        .orderBy('twin.id')
        .execute();
      return rows.map((row): Twin => {
        const { id, device_id: deviceId, client_id: clientId, inventory_json: inventoryJson, kept } = row;
        const facts = JSON.parse(row.facts_json) as TwinFacts;
        const role = row.role as TwinRole;
        return { id, deviceId, clientId, role, facts, inventoryJson, kept, keptBytes: row.bytes, isDirty: false };
      });
    },
    saveStatement({ id, clientId, deviceId, role, facts, inventoryJson }) {
      const facts_json = JSON.stringify(facts);
      return db
        .insertInto('twin')
        .values({ id, client_id: clientId, device_id: deviceId, role, facts_json, inventory_json: inventoryJson })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ facts_json, inventory_json: inventoryJson }))
        .compile();
    },
    roleStatement: (id, role) => db.updateTable('twin').set({ role }).where('id', '=', id).compile(),
    removeStatement: (deviceId) => db.deleteFrom('twin').where('device_id', '=', deviceId).compile(),
    dropStatement: (id) => db.deleteFrom('twin').where('id', '=', id).compile(),
    dropReportsStatements: (id) => [
      db.deleteFrom('twin_report').where('twin_id', '=', id).compile(),
      db.deleteFrom('twin_schema').where('twin_id', '=', id).compile(),
    ],
    // Of a machine that was given up meanwhile nothing is kept any more.
    schemaStatement: (twinId, hash, frame) =>
      sql`INSERT OR IGNORE INTO twin_schema (twin_id, hash, frame)
        SELECT id, ${hash}, ${frame} FROM twin WHERE id = ${twinId} AND role <> 'given_up'`.compile(db),
    reportStatement: ({ twin_id, run_id, boot_id, sequence, schema_hash, received_at, frame }) =>
      sql`INSERT OR IGNORE INTO twin_report (twin_id, run_id, boot_id, sequence, schema_hash, received_at, frame)
        SELECT id, ${run_id}, ${boot_id}, ${sequence}, ${schema_hash}, ${received_at}, ${frame}
        FROM twin WHERE id = ${twin_id} AND role <> 'given_up'`.compile(db),
    reports: (twinId, limit) =>
      db.selectFrom('twin_report').selectAll().where('twin_id', '=', twinId).orderBy('id').limit(limit).execute(),
    schemas: (twinId) => db.selectFrom('twin_schema').selectAll().where('twin_id', '=', twinId).execute(),
    removeReportsStatement: (twinId, upToId) =>
      db.deleteFrom('twin_report').where('twin_id', '=', twinId).where('id', '<=', upToId).compile(),
  };
}
