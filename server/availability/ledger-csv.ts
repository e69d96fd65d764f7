import type { LedgerEntry } from '../../protocol/availability.ts';

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

/** A ledger as RFC 4180 text. Names and sentences come from people and machines: no spreadsheet may take one for a formula. */
export function ledgerCsv(items: readonly LedgerEntry[]): string {
  const lines = items.map(rowOf).map((row) => columns.map((column) => field(row[column])).join(','));
  return [columns.join(','), ...lines, ''].join('\r\n');
}

function field(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}
