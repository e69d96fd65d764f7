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
export type ResolveHost = (host: string, signal: AbortSignal) => Promise<readonly LookupAddress[] | HostRefusal>;

/** Why a host is not connected to. */
export type HostRefusal = Extract<CheckReason, 'name_unknown' | 'not_permitted' | 'address_refused'>;

export interface NetworkOptions {
  readonly timeoutMs: number;
  readonly resolve: ResolveHost;
  /** Of HTTP: whether this address, which leads to these IP addresses, may be asked for. Default: any may. */
  readonly permits?: (url: URL, addresses: readonly LookupAddress[]) => boolean;
}

/** An outcome that says no more than its reason. */
export function outcome(up: boolean | null, reason: CheckReason, startedAtMs: number): CheckOutcome {
  return { up, reason, durationMs: performance.now() - startedAtMs, httpStatus: null, certificateLeftMs: null };
}

/** What the resolver says when it gives no address: an unknown name is down, a refusal proves nothing. */
export function refusedOutcome(reason: HostRefusal, startedAtMs: number): CheckOutcome {
  return outcome(reason === 'name_unknown' ? false : null, reason, startedAtMs);
}

const reasonsByCode: ReadonlyMap<string, CheckReason> = new Map([
  ['ECONNREFUSED', 'refused'],
  ['ETIMEDOUT', 'timeout'],
  ['ENOTFOUND', 'name_unknown'],
  ['EAI_AGAIN', 'name_unknown'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EADDRNOTAVAIL', 'unreachable'],
  ['EACCES', 'unreachable'],
  ['EPERM', 'unreachable'],
]);

/** What OpenSSL calls it when the other end speaks something else than TLS, and when it speaks what nobody should any more. */
const NOT_TLS = /WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LENGTH_MISMATCH/;
const OLD_TLS = /UNSUPPORTED_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|UNKNOWN_SSL_VERSION|TOO_SMALL|TOO_WEAK|LEGACY/;

/** What a failed connection says of the other end. */
export function reasonOf(error: unknown): CheckReason {
  const { code = '', name = '', message = '' } = error as { code?: string; name?: string; message?: string };
  if (name === 'AbortError' || name === 'TimeoutError') return 'timeout';
  if (code === 'EPROTO' || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL')) return tlsReasonOf(code, message);
  return reasonsByCode.get(code) ?? 'failed';
}

function tlsReasonOf(code: string, message: string): CheckReason {
  const what = `${code} ${message.toUpperCase().replaceAll(' ', '_')}`;
  if (NOT_TLS.test(what)) return 'not_tls';
  return OLD_TLS.test(what) ? 'tls_old' : 'tls_failed';
}
