import type { LedgerEntry } from '../../../protocol/api/availability.ts';
import { harmless } from '../../../protocol/bidi.ts';

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

function rowOf({ withoutClauses, responsibility, ...item }: LedgerEntry): CsvRow {
  return { ...item, responsibility: responsibility ?? null, stateWithoutClauses: withoutClauses ?? item.state };
}

/** A ledger as RFC 4180 text. Names and sentences come from people and machines: no spreadsheet may take one for a formula, nor any reader see them reorder a line. */
export function ledgerCsv(items: readonly LedgerEntry[]): string {
  const lines = items.map(rowOf).map((row) => columns.map((column) => field(row[column])).join(','));
  return [columns.join(','), ...lines, ''].join('\r\n');
}

function field(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  const shown = harmless(value);
  const text = /^[=+\-@\t\r]/.test(shown) ? `'${shown}` : shown;
  return `"${text.replaceAll('"', '""')}"`;
}
