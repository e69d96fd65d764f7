import { sql } from 'kysely';
import { describeUnseen } from '../domain/unseen.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Store } from '../store/store.ts';

/**
 * Puts what is to be said of unseen workstations into the digest, once a week and client. Called every night; the first call
 * in a week of `timeZone` speaks.
 */
export async function tellUnseen(
  store: Store,
  fleet: Fleet,
  now: number,
  timeZone: string,
): Promise<Record<string, unknown>> {
  const today = Temporal.Instant.fromEpochMilliseconds(now).toZonedDateTimeISO(timeZone).toPlainDate();
  const week = `${today.yearOfWeek}-W${String(today.weekOfYear).padStart(2, '0')}`;
  const byClient = Map.groupBy(fleet.devices.values(), ({ info }) => info.client_id);
  const statements = [...byClient].flatMap(([clientId, records]) => {
    const seen = records.map(({ info, lastHeardAt }) => ({
      name: info.name,
      kind: info.kind,
      seenAt: lastHeardAt ?? info.enrolled_at,
    }));
    const sentence = describeUnseen(seen, now);
    if (sentence === null) return [];
    const payload = { title: 'Workstations out of sight', sentence, clientId, priority: 'normal', at: now };
    return [
      sql`
        INSERT INTO outbox (client_id, idempotency_key, kind, payload_json, created_at, due_at)
        VALUES (${clientId}, ${`unseen/${clientId}/${week}`}, 'fleet.unseen', ${JSON.stringify(payload)}, ${now}, ${now})
        ON CONFLICT (idempotency_key) DO NOTHING`.compile(store.db),
    ];
  });
  if (statements.length > 0) await store.commit(statements);
  return { clients: statements.length };
}
