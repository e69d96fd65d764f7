import type { Parts } from './parts.ts';

/** Has the open lanes of the journal again. What cannot be read of it is set aside, and told. */
export function restoreLanes({ db, directory, journal, lanes, damage }: Parts, now: number): void {
  const sealedTo = new Map<number, number>();
  for (const row of db.sql.prepare('SELECT id, sealed_to FROM lane').all()) {
    sealedTo.set(row.id as number, row.sealed_to as number);
  }
  lanes.restore(journal, {
    now,
    isKnown: (host) => directory.hosts.has(host),
    isStored: (schema) => directory.metricIds(schema) !== undefined,
    sealedTo,
    setAside: (position, data) => {
      const found = { source: 'journal' as const, host: null, fromMs: null, toMs: null, foundAt: now };
      db.background(() => {
        damage.keep(found, data);
        journal.remove(position);
      });
      damage.found(found);
    },
    lost: ({ host, fromMs, toMs }, rows) => {
      if (host === null || !directory.hosts.has(host)) return;
      const found = { source: 'journal' as const, host, fromMs, toMs, foundAt: now };
      // As long as the batches of these rows are there, each start comes by them.
      if (damage.isKnown(found)) return;
      db.background(() => damage.keep(found, rows));
      damage.found(found);
    },
  });
}
