import type { LookupAddress } from 'node:dns';
import type { CheckReason } from '../check-reason.ts';

/** What one run of a check found. */
export interface CheckOutcome {
  /** Null where nobody can tell: not permitted, or no means to look. */
  readonly up: boolean | null;
  readonly reason: CheckReason;
  readonly durationMs: number;
  /** Of HTTP only. */
  readonly httpStatus: number | null;
  /** Of HTTPS only: how long the certificate is still valid; negative once it has ended. */
  readonly certificateLeftMs: number | null;
}

/**
 * The addresses of a host that may be reached, or why there are none. Asked for each host, that of a redirect too; the
 * connection goes to one of these addresses and no name is resolved a second time.
 */
export type ResolveHost = (
  host: string,
  signal: AbortSignal,
) => Promise<readonly LookupAddress[] | Extract<CheckReason, 'name_unknown' | 'not_permitted'>>;

export interface NetworkOptions {
  readonly timeoutMs: number;
  readonly resolve: ResolveHost;
}

/** An outcome that says no more than its reason. */
export function outcome(up: boolean | null, reason: CheckReason, startedAtMs: number): CheckOutcome {
  return { up, reason, durationMs: performance.now() - startedAtMs, httpStatus: null, certificateLeftMs: null };
}

/** What the resolver says when it gives no address: an unknown name is down, a refusal proves nothing. */
export function refusedOutcome(reason: 'name_unknown' | 'not_permitted', startedAtMs: number): CheckOutcome {
  return outcome(reason === 'not_permitted' ? null : false, reason, startedAtMs);
}

const reasonsByCode: Readonly<Record<string, CheckReason>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'name_unknown',
  EAI_AGAIN: 'name_unknown',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EACCES: 'unreachable',
  EPERM: 'unreachable',
  EPROTO: 'tls',
};

/** What a failed connection says of the other end. */
export function reasonOf(error: unknown): CheckReason {
  const { code = '', name = '' } = error as { code?: string; name?: string };
  if (name === 'AbortError' || name === 'TimeoutError') return 'timeout';
  if (code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL')) return 'tls';
  return reasonsByCode[code] ?? 'failed';
}
