import { facts } from './facts.ts';
import type { Kind, Spec } from './kinds.ts';
import { isKey, type Said, said, typed } from './said.ts';

/** What was stored or sent, perhaps by another version, perhaps with ill intent: read without ever throwing. */

const MAX_DEPTH = 4;
const MAX_LISTED = 1_000;
/** Of what cannot be read, so many parameters are shown. */
const MAX_SHOWN = 8;

/**
 * @param stored what JSON gave. A sentence alone is what older versions stored; a key that is not known, or whose parameters are not what they should be, becomes
 * `unknown`
 */
export function readSaid(stored: unknown): Said {
  return read(stored, 0);
}

/** The same from JSON, which may be broken. */
export function parseSaid(json: string): Said {
  try {
    return readSaid(JSON.parse(json));
  } catch {
    // What is no JSON at all is shown as it is.
    return said('unknown', { key: json, params: [] });
  }
}

function read(stored: unknown, depth: number): Said {
  if (typeof stored === 'string') return typed(stored);
  if (!isObject(stored) || depth > MAX_DEPTH) return said('unknown', { key: shown(stored), params: [] });
  const { key, params } = stored;
  if (isKey(key) && isObject(params)) {
    const known = readParams(facts[key], params, depth);
    if (known) return { key, params: known } as Said;
  }
  return said('unknown', { key: shown(key), params: isObject(params) ? listed(params) : [] });
}

type Parameters = { readonly [name: string]: unknown };

/** Null if one is missing or is not what it should be. */
function readParams(specs: { readonly [name: string]: Spec }, params: Parameters, depth: number): Parameters | null {
  const known: [string, unknown][] = [];
  for (const [name, spec] of Object.entries(specs)) {
    const value = Object.hasOwn(params, name) ? readValue(spec, params[name], depth) : undefined;
    if (value === undefined) return null;
    known.push([name, value]);
  }
  return Object.fromEntries(known);
}

function readValue(spec: Spec, value: unknown, depth: number): unknown {
  if (typeof spec !== 'string') return typeof value === 'string' && spec.includes(value) ? value : undefined;
  if (spec.endsWith('?')) return value === null ? null : readKind(spec.slice(0, -1) as Kind, value, depth);
  return readKind(spec as Kind, value, depth);
}

function readKind(kind: Kind, value: unknown, depth: number): unknown {
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
      return isObject(value) || typeof value === 'string' ? read(value, depth + 1) : undefined;
    case 'saids':
      return isList(value) ? value.slice(0, MAX_LISTED).map((one) => read(one, depth + 1)) : undefined;
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
