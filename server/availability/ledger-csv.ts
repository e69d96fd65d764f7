import type { LedgerEntry } from '../../protocol/availability.ts';

const columns = ['from', 'to', 'durationMs', 'state', 'reason', 'evidence', 'author', 'revised'] as const;

/** A ledger as RFC 4180 text. Names and sentences come from people and machines: no spreadsheet may take one for a formula. */
export function ledgerCsv(items: readonly LedgerEntry[]): string {
  const lines = items.map((item) => columns.map((column) => field(item[column])).join(','));
  return [columns.join(','), ...lines, ''].join('\r\n');
}

function field(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return String(value ?? '');
  const harmless = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${harmless.replaceAll('"', '""')}"`;
}
