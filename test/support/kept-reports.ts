import { DatabaseSync } from 'node:sqlite';
import { ByteReader } from '../../protocol/wire/bytes.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import { openBlock } from '../../server/platform/series/block/raw-block.ts';
import { Cursor } from '../../server/platform/series/codec/cursor.ts';
import { rowsOf, type StoredBatch } from '../../server/platform/series/engine/journal-table.ts';
import { markOf } from '../../server/platform/series/engine/open-lane.ts';
import { hostOfLane, isBackfill, laneOf } from '../../server/platform/series/rows/lane.ts';
import { readHead } from '../../server/platform/series/rows/row-reader.ts';
import { RowState } from '../../server/platform/series/rows/row-state.ts';
import type { StoredReport } from '../../server/platform/series/series-store.ts';

/** A report in the file, without what blocks do not keep of each. */
export interface KeptReport
  extends Pick<StoredReport, 'deviceId' | 'runId' | 'bootId' | 'sequence' | 'backfill' | 'at' | 'metrics' | 'scaled'> {
  /** Null once it is in a block. */
  readonly receivedAt: number | null;
}

/**
 * Shows `take` every report in a series database, repeats included: sealed or in the journal only, in no order. The file is
 * read through a connection of its own, as of one moment, so a server may be at work on it.
 */
export function walkKeptReports(path: string, take: (report: KeptReport) => void): void {
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5_000 });
  try {
    db.exec('BEGIN');
    const names = namesIn(db);
    const add = (host: number, report: Omit<KeptReport, 'deviceId'>): void => {
      const deviceId = names.hosts.get(host);
      if (deviceId !== undefined) take({ deviceId, ...report });
    };
    sealed(db, names.metrics, add);
    unsealed(db, names, add);
  } finally {
    db.close();
  }
}

type Add = (host: number, report: Omit<KeptReport, 'deviceId'>) => void;
type Names = ReturnType<typeof namesIn>;

function namesIn(db: DatabaseSync) {
  const hosts = new Map<number, string>();
  for (const row of db.prepare('SELECT id, device_id FROM host WHERE is_leaving = 0').all()) {
    hosts.set(row.id as number, row.device_id as string);
  }
  const metrics = new Map<number, MetricDescriptor>();
  for (const { id, name, unit, kind, decimals } of db.prepare('SELECT * FROM metric').all()) {
    metrics.set(id as number, { name, unit, kind, decimals } as unknown as MetricDescriptor);
  }
  const schemas = new Map<number, number[]>();
  for (const row of db.prepare('SELECT id, metrics FROM schema').all()) {
    const reader = new ByteReader(row.metrics as Uint8Array);
    const ids: number[] = [];
    while (reader.remaining > 0) ids.push(reader.varint());
    schemas.set(row.id as number, ids);
  }
  return { hosts, metrics, schemas };
}

function sealed(db: DatabaseSync, metrics: Names['metrics'], add: Add): void {
  for (const row of db.prepare('SELECT host, data FROM raw').all()) {
    const { at, sequence, runs, run, backfill, values } = openBlock(row.data as Uint8Array).columns();
    const descriptors = [...values.keys()].map((id) => metrics.get(id)!);
    for (const [index, time] of at.entries()) {
      const scaled = [...values.values()]
        .map((column) => column[index]!)
        .map((value) => (Number.isNaN(value) ? null : value));
      const isLate = backfill[index] === 1;
      const report = { ...runs[run[index]!]!, sequence: sequence[index]!, backfill: isLate, at: time };
      add(row.host as number, { ...report, metrics: descriptors, scaled, receivedAt: null });
    }
  }
}

function unsealed(db: DatabaseSync, { schemas, metrics }: Names, add: Add): void {
  const sealedTo = new Map(
    db
      .prepare('SELECT id, sealed_to FROM lane')
      .all()
      .map((row) => [row.id as number, row.sealed_to as number]),
  );
  const states = new Map<number, RowState>();
  for (const batch of db.prepare('SELECT position, data FROM journal ORDER BY position').all()) {
    const rows = rowsOf(batch as unknown as StoredBatch);
    if (rows === null) throw new Error(`batch ${batch.position} is damaged`);
    const cursor = new Cursor(rows);
    for (let index = 0, next = 0; next < rows.length; index += 1) {
      cursor.part(next, rows.length - next);
      const head = readHead(cursor);
      next = cursor.end;
      if (markOf(batch.position as number, index) <= (sealedTo.get(head.lane) ?? 0)) continue;
      if (head.index === 0) states.set(head.lane, new RowState());
      const state = states.get(head.lane)!;
      if (head.index === 0) state.key(cursor, (schema) => schemas.get(schema)?.length);
      else state.delta(cursor);
      const { runId, bootId, sequence, at, receivedAt, scaled, schema } = state.row();
      const descriptors = (schemas.get(schema) ?? []).map((id) => metrics.get(id)!);
      const backfill = isBackfill(laneOf(head.lane));
      add(hostOfLane(head.lane), { runId, bootId, sequence, backfill, at, receivedAt, metrics: descriptors, scaled });
    }
  }
}
