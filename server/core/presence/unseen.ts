import { said } from '../../../protocol/said/said.ts';
import { sayLowDrives } from '../../domain/low-drives.ts';
import { sayUnseen } from '../../domain/unseen.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';

/**
 * Puts what is to be said of workstations that are unseen or short of space into the digest, once a week and client. Called every night; the first call
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
    const seen = records.map(({ info, connection }) => ({
      name: info.name,
      kind: info.kind,
      seenAt: connection.lastHeardAt ?? info.enrolled_at,
    }));
    const drives = records.map(({ info, memory }) => ({ ...info, drive: memory.systemDrive ?? null }));
    const lists = [
      { name: 'unseen', titleSaid: said('unseen.title'), what: sayUnseen(seen, now) },
      { name: 'low-drives', titleSaid: said('drives.low.title'), what: sayLowDrives(drives) },
    ];
    return lists.flatMap(({ name, titleSaid, what }) => {
      if (what === null) return [];
      const payload = { titleSaid, said: what, clientId, priority: 'normal', at: now };
      const key = `${name}/${clientId}/${week}`;
      const kind = `fleet.${name}`;
      return [store.outbox.tellStatement({ clientId, key, kind, payload, createdAt: now, dueAt: now })];
    });
  });
  if (statements.length > 0) await store.commit(statements);
  return { clients: statements.length };
}
