/** The text without what goes beyond `maxLength` UTF-16 units, as Telegram counts; no character is cut in two. */
export function cutCharacters(text: string, maxLength: number): string {
  return text.length <= maxLength
    ? text
    : `${text
        .slice(0, maxLength - 1)
        .toWellFormed()
        .replace(/\ufffd$/, '')}…`;
}

/** The text without what goes beyond `maxBytes` of UTF-8; no character is cut in two. */
export function cutBytes(text: string, maxBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  const end = maxBytes - Buffer.byteLength('…');
  return `${bytes
    .subarray(0, end)
    .toString()
    .replace(/\ufffd+$/, '')}…`;
}

/** The JSON object in the text, or an empty one if there is none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    // What is no JSON has none of the fields that callers look for.
    return {};
  }
}
