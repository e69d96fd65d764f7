/** The chosen ones with `one` added, or without it if it was among them; in the order in which they were chosen. */
export function toggled<T>(chosen: Iterable<T>, one: T): T[] {
  const next = new Set(chosen);
  if (!next.delete(one)) next.add(one);
  return [...next];
}
