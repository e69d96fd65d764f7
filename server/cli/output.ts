import { harmless, harmlessJson, isolated } from '../../protocol/bidi.ts';
import type { VigiaError } from '../../protocol/error.ts';

/** Where a command says what it did. Standard output holds only what a script would use; sentences go to standard error.
 * Names in them come from machines and people: nothing in them acts on the terminal or reorders a line. */
export interface Output {
  /** The one result: as JSON with `--json`, otherwise as the given text. */
  result(document: unknown, text: string): void;
  /** A sentence for a person; left out with `--json`. */
  say(sentence: string): void;
  /** The sentence of a failure, with `--json` also its code. */
  fail(error: VigiaError): void;
}

export interface Streams {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
}

export function createOutput({ stdout, stderr }: Streams, isJson: boolean): Output {
  return {
    result(document, text) {
      stdout.write(isJson ? `${harmlessJson(JSON.stringify(document))}\n` : `${harmless(text)}\n`);
    },
    say(sentence) {
      if (!isJson) stderr.write(`${harmless(sentence)}\n`);
    },
    fail({ code, message, details }) {
      const error = { code, message, ...(details && { details }) };
      if (isJson) stdout.write(`${harmlessJson(JSON.stringify({ error }))}\n`);
      stderr.write(`vigia: ${harmless(message)}\n`);
    },
  };
}

/** Rows under their headings, in columns; cells are isolated, so that each stays in its own. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows.map((row) => row.map(isolated))];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  const inColumns = (line: readonly string[]) =>
    line.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell))).join('  ');
  return lines.map((line) => inColumns(line).trimEnd()).join('\n');
}

/** Isolates take no place. */
function widthOf(cell: string): number {
  return cell.replace(/[\u2066-\u2069]/g, '').length;
}
