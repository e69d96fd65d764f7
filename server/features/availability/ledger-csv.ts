import type { LedgerEntry } from '../../../protocol/api/availability.ts';
import { csvLine } from '../../platform/http/csv.ts';

const columns = [
  'from',
  'to',
  'durationMs',
  'state',
  'reason',
  'evidence',
  'author',
  'revised',
  'responsibility',
  'stateWithoutClauses',
] as const;

/** A row has its state in both figures, so that either can be added up from the file alone. */
type CsvRow = Record<(typeof columns)[number], string | number | boolean | null>;

function rowOf({ withoutClauses, responsibility, said: _, ...item }: LedgerEntry): CsvRow {
  return { ...item, responsibility: responsibility ?? null, stateWithoutClauses: withoutClauses ?? item.state };
}

/** A ledger as RFC 4180 text. */
export function ledgerCsv(items: readonly LedgerEntry[]): string {
  const lines = items.map(rowOf).map((row) => csvLine(columns.map((column) => row[column])));
  return [`${columns.join(',')}\r\n`, ...lines].join('');
}
