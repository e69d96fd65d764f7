import type { CheckTarget } from '../api/service.ts';
import { ProtocolError } from '../error.ts';
import type { AgentPlan, PlannedCheck } from './plan.ts';

/** Checks that one agent runs. */
export const MAX_CHECKS_PER_AGENT = 64;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a plan. A check of a kind that this agent does not know is left out: a newer server may have more.
 * @throws ProtocolError `frame_malformed` if it is no plan or exceeds a bound
 */
export function parsePlan(json: string): AgentPlan {
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch {
    throw malformed('it is no JSON');
  }
  const { checks } = fieldsOf(document, 'the plan');
  if (!Array.isArray(checks) || checks.length > MAX_CHECKS_PER_AGENT) {
    throw malformed(`it has no list of at most ${MAX_CHECKS_PER_AGENT} checks`);
  }
  const planned = checks.map(parseCheck).filter((check) => check !== null);
  if (new Set(planned.map(({ id }) => id)).size < planned.length) throw malformed('it names a check twice');
  return { checks: planned };
}

function parseCheck(value: unknown): PlannedCheck | null {
  const fields = fieldsOf(value, 'a check');
  const target = parseTarget(fieldsOf(fields.target, 'a target'));
  if (target === null) return null;
  const id = text(fields, 'id', 64);
  if (!/^[\w-]+$/.test(id)) throw malformed('the id of a check has other characters than letters, digits, - and _');
  return {
    id,
    target,
    intervalMs: integer(fields, 'intervalMs', 1_000, 86_400_000),
    timeoutMs: integer(fields, 'timeoutMs', 1, 60_000),
  };
}

function parseTarget(fields: Fields): CheckTarget | null {
  switch (fields.kind) {
    case 'process':
      return { kind: 'process', name: text(fields, 'name', 64) };
    case 'unit':
      return { kind: 'unit', name: text(fields, 'name', 128) };
    case 'tcp':
      return { kind: 'tcp', host: text(fields, 'host', 253), port: integer(fields, 'port', 1, 65_535) };
    case 'http': {
      const { status } = fields;
      if (status !== undefined && !isListOfIntegers(status)) throw malformed('"status" is no list of numbers');
      const url = text(fields, 'url', 2_000);
      if (!URL.canParse(url)) throw malformed('"url" is no address');
      return {
        kind: 'http',
        url,
        ...(status !== undefined && { status }),
        ...(fields.text !== undefined && { text: text(fields, 'text', 500) }),
        ...(fields.maxMs !== undefined && { maxMs: integer(fields, 'maxMs', 1, 60_000) }),
      };
    }
    default:
      return null;
  }
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw malformed(`${what} is no object`);
}

function text(fields: Fields, name: string, maxLength: number): string {
  const value = fields[name];
  if (typeof value === 'string' && value !== '' && value.length <= maxLength) return value;
  throw malformed(`"${name}" is no text of 1 to ${maxLength} characters`);
}

function integer(fields: Fields, name: string, min: number, max: number): number {
  const value = fields[name];
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return value as number;
  throw malformed(`"${name}" is no integer from ${min} to ${max}`);
}

function isListOfIntegers(value: unknown): value is number[] {
  return Array.isArray(value) && value.length <= 20 && value.every(Number.isInteger);
}

function malformed(why: string): ProtocolError {
  return new ProtocolError('frame_malformed', `The plan cannot be read: ${why}.`);
}
