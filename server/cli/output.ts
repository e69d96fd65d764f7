import type { VigiaError } from '../../protocol/error.ts';

/** Where a command says what it did. Standard output holds only what a script would use; sentences go to standard error. */
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
      stdout.write(isJson ? `${JSON.stringify(document)}\n` : `${text}\n`);
    },
    say(sentence) {
      if (!isJson) stderr.write(`${sentence}\n`);
    },
    fail({ code, message, details }) {
      if (isJson) stdout.write(`${JSON.stringify({ error: { code, message, ...(details && { details }) } })}\n`);
      stderr.write(`vigia: ${message}\n`);
    },
  };
}

/** Rows under their headings, in columns. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const inColumns = (line: readonly string[]) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return lines.map((line) => inColumns(line).trimEnd()).join('\n');
}
