/** What several bring, as one. @throws Error if two bring something by the same name, which is a defect */
export function together<Whole extends object>(parts: readonly object[]): Whole {
  const names = parts.flatMap((part) => Object.keys(part));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Two bring "${twice}".`);
  return Object.assign({}, ...parts);
}
