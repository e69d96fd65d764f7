import { harmless } from '../../../protocol/bidi.ts';

export type CsvCell = string | number | boolean | null;

/** One line of RFC 4180, with its end. Texts come from people and machines: no spreadsheet may take one for a formula, nor any reader see them reorder a line. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

function field(value: CsvCell): string {
  if (typeof value !== 'string') return String(value ?? '');
  const shown = harmless(value);
  const text = /^[=+\-@\t\r]/.test(shown) ? `'${shown}` : shown;
  return `"${text.replaceAll('"', '""')}"`;
}
