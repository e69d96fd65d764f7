import type { ErrorCode } from '../../../protocol/error.ts';

const unwelcome: ReadonlySet<ErrorCode> = new Set([
  'agent_unknown',
  'agent_retired',
  'identity_given_up',
  'version_unsupported',
]);

/**
 * When to come back after such a fault, ms; 0 leaves it to the agent. One that this server does not know asks again rarely; one that
 * overdoes it comes back later.
 */
export function retryAfter(code: ErrorCode): number {
  if (code === 'schema_churn' || code === 'too_many_frames' || code === 'run_conflict') return 60_000;
  return unwelcome.has(code) ? 300_000 : 0;
}
