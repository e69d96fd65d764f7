import type { Sections } from './tape.ts';

const MAX_SHOWN = 40;
const MAX_VALUE = 300;

/** What differs between the tape and what was recorded now, one difference a line; empty if nothing does. */
export function differences(tape: Sections, now: Sections): readonly string[] {
  const found: string[] = [];
  for (const name of new Set([...tape.keys(), ...now.keys()])) {
    const [before, after] = [tape.get(name) ?? [], now.get(name) ?? []];
    if (!tape.has(name)) found.push(`${name}: a new section of ${after.length} lines`);
    else if (!now.has(name)) found.push(`${name}: the section is gone`);
    else found.push(...ofSection(name, before, after));
  }
  return found;
}

/** The same for people: the first of them, and what to do. */
export function explain(found: readonly string[]): string {
  const more = found.length > MAX_SHOWN ? [`... and ${found.length - MAX_SHOWN} more`] : [];
  return [
    `The server does not do what the tape says (${found.length} differences):`,
    ...found.slice(0, MAX_SHOWN),
    ...more,
    'If this was meant: npm run tape -- --record, and say what changed and why in test/golden/differences.md',
  ].join('\n');
}

function ofSection(name: string, before: readonly string[], after: readonly string[]): string[] {
  const found: string[] = [];
  let [old, fresh] = [0, 0];
  while (old < before.length || fresh < after.length) {
    const [was, is] = [before[old], after[fresh]];
    if (was === is) [old, fresh] = [old + 1, fresh + 1];
    else if (is === undefined || isRemoved(before, after, old, fresh)) {
      found.push(`${name}:${old + 1} is gone: ${short(was ?? '')}`);
      old += 1;
    } else if (was === undefined || isRemoved(after, before, fresh, old)) {
      found.push(`${name}:${old + 1} is new: ${short(is)}`);
      fresh += 1;
    } else {
      found.push(...ofLine(`${name}:${old + 1}`, was, is));
      [old, fresh] = [old + 1, fresh + 1];
    }
  }
  return found;
}

const LOOK_AHEAD = 200;

/** True if what stands in `list` at this place is missing in `other`, whose line comes later in `list`. */
function isRemoved(list: readonly string[], other: readonly string[], at: number, otherAt: number): boolean {
  const sought = other[otherAt];
  return sought !== undefined && list.slice(at + 1, at + LOOK_AHEAD).includes(sought);
}

function ofLine(where: string, was: string, is: string): string[] {
  const found: string[] = [];
  walk(JSON.parse(was), JSON.parse(is), '', (path, before, after) => {
    found.push(`${where} ${titleOf(was)}${path}\n    was ${short(json(before))}\n    is  ${short(json(after))}`);
  });
  return found;
}

/** By what people know the line. */
function titleOf(line: string): string {
  const fact = JSON.parse(line) as unknown;
  if (typeof fact !== 'object' || fact === null) return '';
  const { asked, table, at, path, method, name } = fact as Record<string, unknown>;
  const title = [asked, table, at, method, path, name].filter((part) => typeof part === 'string').join(' ');
  return title === '' ? '' : `(${title}) `;
}

function walk(was: unknown, is: unknown, path: string, tell: (path: string, was: unknown, is: unknown) => void): void {
  const areObjects = typeof was === 'object' && typeof is === 'object' && was !== null && is !== null;
  if (!areObjects || Array.isArray(was) !== Array.isArray(is)) {
    if (was !== is) tell(path, was, is);
    return;
  }
  const [before, after] = [was as Record<string, unknown>, is as Record<string, unknown>];
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
    walk(before[key], after[key], `${path}/${key}`, tell);
}

const json = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value));
const short = (text: string): string => (text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}...` : text);
