import type { Facts, Kind, Spec } from './kinds.ts';
import { type Said, said, typed } from './said.ts';

/** What was stored or sent, perhaps by another version, perhaps with ill intent: read without ever throwing. */

const MAX_DEPTH = 4;
const MAX_LISTED = 1_000;
/** Of what cannot be read, so many parameters are shown. */
const MAX_SHOWN = 8;

/**
 * @param known the facts that can be read here
 * @param stored what JSON gave. A sentence alone is what older versions stored; a key that is not known, or whose parameters are not what they should be, becomes
 * `unknown`
 */
export function readBy(known: Facts, stored: unknown): Said {
  return read(known, stored, 0);
}

function read(known: Facts, stored: unknown, depth: number): Said {
  if (typeof stored === 'string') return typed(stored);
  if (!isObject(stored) || depth > MAX_DEPTH) return said('unknown', { key: shown(stored), params: [] });
  const { key, params } = stored;
  const specs = typeof key === 'string' && Object.hasOwn(known, key) ? known[key] : undefined;
  if (specs && isObject(params)) {
    const values = readParams(specs, params, (inner) => read(known, inner, depth + 1));
    if (values) return { key, params: values } as Said;
  }
  return said('unknown', { key: shown(key), params: isObject(params) ? listed(params) : [] });
}

type Parameters = { readonly [name: string]: unknown };
type Nested = (inner: unknown) => Said;

/** Null if one is missing or is not what it should be. */
function readParams(specs: Facts[string], params: Parameters, nested: Nested): Parameters | null {
  const known: [string, unknown][] = [];
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(params, name) ? readValue(spec, params[name], nested) : undefined;
    if (value === undefined) return null;
    known.push([name, value]);
  }
  return Object.fromEntries(known);
}

function readValue(spec: Spec, value: unknown, nested: Nested): unknown {
  if (typeof spec !== 'string') return typeof value === 'string' && spec.includes(value) ? value : undefined;
  if (spec.endsWith('?')) return value === null ? null : readKind(spec.slice(0, -1) as Kind, value, nested);
  return readKind(spec as Kind, value, nested);
}

function readKind(kind: Kind, value: unknown, nested: Nested): unknown {
  switch (kind) {
    case 'name':
    case 'text':
    case 'typed':
    case 'date':
      return typeof value === 'string' ? value : undefined;
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'names':
      return isList(value) && value.every((one) => typeof one === 'string') ? value.slice(0, MAX_LISTED) : undefined;
    case 'said':
      // A sentence where an older version had no fact yet.
      return isObject(value) || typeof value === 'string' ? nested(value) : undefined;
    case 'saids':
      return isList(value) ? value.slice(0, MAX_LISTED).map(nested) : undefined;
    case 'budget':
      return isObject(value) && isBudget(value) ? value : undefined;
    default:
      return isNumber(value) ? value : undefined;
  }
}

function isBudget({ spentMs, budgetMs, growsSince }: Parameters): boolean {
  return isNumber(spentMs) && isNumber(budgetMs) && (growsSince === null || isNumber(growsSince));
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Parameters {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function listed(params: Parameters): string[] {
  return Object.entries(params)
    .slice(0, MAX_SHOWN)
    .map(([name, value]) => `${name}: ${shown(value)}`);
}

function shown(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' || value === null ? String(value) : '?';
}
