import type { NumberedDamage } from '../calls.ts';
import type { Resolution } from '../series-store.ts';
import { tableOf } from './damage.ts';
import type { Parts } from './parts.ts';

/** Takes a block that does not match its checksum out of its table, keeps it aside, and says so. */
export function setAside(parts: Parts, source: Resolution, id: number): void {
  const { db, raw, damage, tally, now } = parts;
  const part = source === 'raw' ? raw.byId(id) : rollUp(parts, source, id);
  if (!part) return;
  const { host, firstAt, lastAt, samples, data } = part;
  const found: NumberedDamage = { source, host, fromMs: firstAt, toMs: lastAt, foundAt: now() };
  const change = { bytes: -data.length, blocks: -1, samples: -samples };
  db.background(() => {
    damage.keep(found, data);
    db.sql.prepare(`DELETE FROM ${tableOf[source]} WHERE id = ?`).run(id);
    tally.write(source, change);
  });
  tally.changed(source, change);
  damage.found(found);
}

function rollUp(parts: Parts, source: 'fiveMinute' | 'hour', id: number) {
  const table = parts[source];
  const row = table.byId(id);
  return row && { ...row, firstAt: row.startMs, lastAt: row.startMs + table.stretchMs - 1, samples: 0 };
}
