import { type PolicyVersion, parsePolicyId } from '../../domain/policies/policy.ts';
import type { Row } from '../../platform/store/tables.ts';

/** A row as it counts. Null for a target that this version of Vigia cannot read. */
export function toVersion(row: Row<'policy_version'>): PolicyVersion | null {
  const target = parsePolicyId(row.policy);
  if (!target) return null;
  const { version, rank, from_ms: from, client_id: clientId } = row;
  const by = { id: row.by_id, name: row.by_name };
  return { ...target, clientId, version, rank, from, by, values: readValues(row.values_json) };
}

export function writeValues(values: ReadonlyMap<string, number>): string {
  return JSON.stringify([...values]);
}

/** Pairs, as what the outside calls itself is never a key. What is no such list says nothing. */
function readValues(json: string | null): PolicyVersion['values'] {
  if (json === null) return null;
  try {
    const pairs: unknown = JSON.parse(json);
    if (Array.isArray(pairs)) return new Map(pairs.filter(isPair));
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
  }
  return new Map([['(all)', json.slice(0, 64)]]);
}

function isPair(pair: unknown): pair is [string, unknown] {
  return Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string';
}
