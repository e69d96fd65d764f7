/** The names of what changes in a pattern such as `clients/:id/contract`. */
export type NamesIn<Pattern extends string> = Pattern extends `${string}:${infer Rest}`
  ? Rest extends `${infer Name}/${infer More}`
    ? Name | NamesIn<More>
    : Rest
  : never;

export type Parameters = Readonly<Record<string, string>>;

/** What a pattern says of an address, by its names: null if it is not its address. What cannot be decoded is empty. */
export function parametersOf(pattern: string, path: string): Parameters | null {
  const wanted = partsOf(pattern);
  const parts = partsOf(path);
  if (wanted.length !== parts.length) return null;
  const found: [string, string][] = [];
  for (const [index, want] of wanted.entries()) {
    const part = decode(parts[index] ?? '');
    if (want.startsWith(':')) found.push([want.slice(1), part]);
    else if (want !== part) return null;
  }
  return Object.fromEntries(found);
}

function partsOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
