import { harmless } from '../../protocol/bidi.ts';

/** What a spreadsheet would take for a formula is told to be text by a leading apostrophe. */
const FORMULA = /^[=+\-@\t\r]/;

type Cell = string | number | null;

/** A column's heading, and what stands in it for an item. */
export type CsvColumn<Item> = readonly [head: string, cell: (item: Item) => Cell];

/**
 * RFC 4180 with CRLF. Text that came from a machine can never become a formula in the reader's spreadsheet, nor turn the cells
 * beside it around; it is not isolated, so that it stays the name that one looks up.
 */
export function csv(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

function cell(value: Cell): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const shown = harmless(value);
  const text = FORMULA.test(shown) ? `'${shown}` : shown;
  return /[",\r\n']/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The items as rows under the headings of the columns. */
export function csvOf<Item>(items: readonly Item[], columns: readonly CsvColumn<Item>[]): string {
  return csv([columns.map(([head]) => head), ...items.map((item) => columns.map(([, cell]) => cell(item)))]);
}

/** Hands a text to the browser as a file to save. */
export function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([`\uFEFF${text}`], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
