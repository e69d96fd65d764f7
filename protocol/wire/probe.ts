import { ProtocolError } from '../error.ts';
import type { ProbeAnswer, ProbeFinding, ProbeRequest, ProbeTask } from './plan.ts';

/** What one question may hold; an agent refuses more. */
export const MAX_PROBE_ADDRESSES = 8;
export const MAX_PROBE_PORTS = 16;
/** A probe is over by then. */
export const MAX_PROBE_MS = 3_000;
const MAX_DETAIL = 300;

type Fields = Readonly<Record<string, unknown>>;

/** Reads the payload of a `probe` task. How much of it is done is the agent's decision. @throws ProtocolError frame_malformed */
export function parseProbeTask(json: string): ProbeTask {
  return taskIn(fieldsOf(json));
}

/** Reads what a `probe` task found. @throws ProtocolError frame_malformed */
export function parseProbeFinding(json: string): ProbeFinding {
  return findingIn(fieldsOf(json));
}

/** Reads the JSON of a `probe` frame. @throws ProtocolError frame_malformed */
export function parseProbeRequest(json: string): ProbeRequest {
  const it = fieldsOf(json);
  return { id: wholeNumber(it.id, 'id'), ...taskIn(it) };
}

/** Reads the JSON of a `probe_result` frame. @throws ProtocolError frame_malformed */
export function parseProbeAnswer(json: string): ProbeAnswer {
  const it = fieldsOf(json);
  return { id: wholeNumber(it.id, 'id'), ...findingIn(it) };
}

function taskIn(it: Fields): ProbeTask {
  const addresses = listOf(it, 'addresses').map((one) => (typeof one === 'string' ? one : fail('addresses')));
  const ports = listOf(it, 'ports').map((one) => wholeNumber(one, 'ports', 65_535));
  return { addresses, ports, timeoutMs: wholeNumber(it.timeoutMs, 'timeoutMs') };
}

function findingIn(it: Fields): ProbeFinding {
  const outcome = (['reached', 'not_reached', 'not_permitted'] as const).find((one) => one === it.outcome);
  const { detail } = it;
  if (outcome === undefined) return fail('outcome');
  if (typeof detail !== 'string' || detail.length > MAX_DETAIL || /\p{Cc}/u.test(detail)) return fail('detail');
  return { outcome, detail, tookMs: wholeNumber(it.tookMs, 'tookMs') };
}

function fieldsOf(json: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    fail('the document');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return fail('the document');
  return parsed as Fields;
}

function listOf(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  return Array.isArray(value) ? value : fail(name);
}

function wholeNumber(value: unknown, name: string, most = Number.MAX_SAFE_INTEGER): number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most ? Number(value) : fail(name);
}

function fail(what: string): never {
  throw new ProtocolError('frame_malformed', `A probe cannot be read: ${what} is not what it should be.`);
}
