/** The whole number that follows `key` at the start of a line, or undefined. Blanks between them are skipped. */
export function numberAfter(text: string, key: string): number | undefined {
  let at = text.startsWith(key) ? 0 : text.indexOf(`\n${key}`) + 1;
  if (at === 0 && !text.startsWith(key)) return undefined;
  at += key.length;
  while (text.charCodeAt(at) === 32) at++;
  const start = at;
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at++;
  return at === start ? undefined : Number(text.slice(start, at));
}
