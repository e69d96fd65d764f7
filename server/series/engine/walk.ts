import { ByteReader } from '../../../protocol/bytes.ts';
import type { NumberedBatch, NumberedReport } from '../calls.ts';
import { hostOfLane, isBackfill, laneOf } from '../rows/lane.ts';
import { type Row, readDeltaRow, readHead, readKeyRow } from '../rows/row-reader.ts';
import { rowsOf } from './journal-table.ts';
import type { Parts } from './parts.ts';

/** The last row of a lane, and its place in its chain. */
interface Tail {
  readonly index: number;
  readonly row: Row;
}

/**
 * The batches after a position with their reports, oldest first. Those before it are read too, as rows build on them. Reports
 * of hosts that were removed, and what a damaged batch made unreadable, are left out.
 */
export function* walk(parts: Parts, after: number): Generator<NumberedBatch, void, void> {
  if (after >= parts.journal.position) return;
  const tails = new Map<number, Tail>();
  for (const batch of parts.journal.batches(0)) {
    const rows = rowsOf(batch);
    const reports = rows === null ? [] : readBatch(parts, rows, tails);
    if (batch.position > after) yield { position: batch.position, reports };
  }
}

function readBatch({ directory }: Parts, rows: Uint8Array, tails: Map<number, Tail>): NumberedReport[] {
  const reports: NumberedReport[] = [];
  const reader = new ByteReader(rows);
  while (reader.remaining > 0) {
    const { lane, index, length } = readHead(reader);
    const tail = tails.get(lane);
    const host = hostOfLane(lane);
    if (!directory.hosts.has(host) || (index !== 0 && tail?.index !== index - 1)) {
      tails.delete(lane);
      reader.skip(length);
      continue;
    }
    const row = index === 0 || !tail ? readKeyRow(reader, directory.countOf) : readDeltaRow(reader, tail.row);
    tails.set(lane, { index, row });
    const { schema, ...report } = row;
    const metricIds = directory.metricIds(schema) ?? [];
    reports.push({ ...report, host, backfill: isBackfill(laneOf(lane)), metricIds });
  }
  return reports;
}
