import { closeIsolates, harmless, isolated } from '../../../protocol/bidi.ts';

/** Text of any origin as parts of a line that people read. */

const MAX_NAME = 120;

/** A name as a part of a line: it does not reorder what stands beside it. */
export function nameOf(value: unknown): string {
  return isolated(line(value, MAX_NAME));
}

/** Text of any origin as one line: no line break or control that could fake another line, nothing that reorders it. */
export function line(value: unknown, maxLength: number): string {
  if (typeof value !== 'string') return '';
  // Half a surrogate pair is no character; some media refuse the whole message for it.
  return cut(
    harmless(
      value
        .toWellFormed()
        .replace(/[\p{Cc}\s]+/gu, ' ')
        .trim(),
    ),
    maxLength,
  );
}

/** Of whole characters, and with its isolates closed. */
export function cut(text: string, maxLength: number): string {
  const characters = [...text];
  if (characters.length <= maxLength) return text;
  for (let length = maxLength - 1; length > 0; length -= 1) {
    const shown = closeIsolates(`${characters.slice(0, length).join('')}…`);
    if ([...shown].length <= maxLength) return shown;
  }
  return '…';
}
