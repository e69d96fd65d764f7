import { auditFields } from '../../../protocol/said/facts/audit.ts';
import { type Said, said } from '../../../protocol/said/said.ts';

type Field = (typeof auditFields)[number];
type Kind = 'duration' | 'minutes' | 'share' | 'bytes' | 'instant';

/** What the numbers and texts of a field are, where they are not just themselves. */
const kinds: ReadonlyMap<string, Kind> = new Map<Field, Kind>([
  ['expiresInMs', 'duration'],
  ['durationMinutes', 'minutes'],
  ['targetPpm', 'share'],
  ['bytes', 'bytes'],
  ['from', 'instant'],
  ['to', 'instant'],
]);

const MINUTE_MS = 60_000;
const MAX_ITEMS = 50;
/** Details are two documents at most, `before` and `after`, with what is in them. */
const MAX_DEPTH = 3;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** What was kept of an act, as a fact. @param nameOf the name of what has this id, where it is known */
export function sayDetail(
  detail: Readonly<Record<string, unknown>>,
  nameOf: (id: string) => string | null,
): Extract<Said, { key: 'audit.field' | 'audit.other' }>[] {
  return Object.entries(detail).map(([name, value]) => sayField(name, value, nameOf, 0));
}

function sayField(
  name: string,
  value: unknown,
  nameOf: (id: string) => string | null,
  depth: number,
): Extract<Said, { key: 'audit.field' | 'audit.other' }> {
  const what = sayValue(kinds.get(name) ?? null, value, nameOf, depth);
  const field = auditFields.find((one) => one === name);
  const made = field ? said('audit.field', { field, value: what }) : said('audit.other', { field: name, value: what });
  return made as Extract<Said, { key: 'audit.field' | 'audit.other' }>;
}

function sayValue(kind: Kind | null, value: unknown, nameOf: (id: string) => string | null, depth: number): Said {
  if (value === null || value === undefined || value === '') return said('audit.empty');
  if (typeof value === 'boolean') return said('audit.flag', { isSo: value });
  if (typeof value === 'number') return sayNumber(kind, value);
  if (typeof value === 'string') return sayText(kind, value, nameOf);
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return said('audit.text', { text: '…' });
  if (!Array.isArray(value)) {
    const fields = Object.entries(value).slice(0, MAX_ITEMS);
    const items = fields.map(([name, inner]) => sayField(name, inner, nameOf, depth + 1));
    return items.length === 0 ? said('audit.empty') : said('audit.list', { items });
  }
  if (value.length === 0) return said('audit.empty');
  return said('audit.list', {
    items: value.slice(0, MAX_ITEMS).map((one) => sayValue(kind, one, nameOf, depth + 1)),
  });
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The beginning of an id that says nothing to people; the CSV has all of it. Anything else as it is. */
export function shortId(id: string): string {
  return UUID.test(id) ? `${id.slice(0, 8)}…` : id;
}

function sayNumber(kind: Kind | null, value: number): Said {
  if (kind === 'duration') return said('audit.duration', { value });
  if (kind === 'minutes') return said('audit.duration', { value: value * MINUTE_MS });
  if (kind === 'share') return said('audit.percent', { value: value / 10_000 });
  if (kind === 'bytes') return said('audit.bytes', { value });
  return said('audit.number', { value });
}

function sayText(kind: Kind | null, value: string, nameOf: (id: string) => string | null): Said {
  if (kind === 'instant' && INSTANT.test(value)) return said('audit.instant', { at: Date.parse(value) });
  return said('audit.text', { text: nameOf(value) ?? shortId(value) });
}
