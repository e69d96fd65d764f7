import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { addressKind } from '../../../protocol/check/address-kind.ts';
import { withoutDot } from '../../../protocol/check/name.ts';
import type { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';

export interface GuardOptions {
  /** Also this machine and private networks; what may `never` be reached stays refused. */
  readonly allowPrivate: boolean;
  readonly signal?: AbortSignal;
}

/**
 * The addresses of a host that the server may reach out to. Connect to one of these and resolve no second time: the next answer
 * could be another.
 * @throws VigiaError address_refused if one of them may not be reached, address_unknown if there is none
 */
export async function resolveAllowed(host: string, options: GuardOptions): Promise<readonly LookupAddress[]> {
  const bare = withoutDot(host.replace(/^\[(.*)\]$/, '$1'));
  const addresses = await resolve(bare, options.signal);
  for (const { address } of addresses) {
    const kind = addressKind(address);
    if (kind === 'public' || (kind === 'private' && options.allowPrivate)) continue;
    throw refused('address_refused', said('refused.address.kind', { host: bare, address, kind }), { host: bare });
  }
  return addresses;
}

/** The first of {@link resolveAllowed}. */
export async function resolvePublic(host: string, options: GuardOptions): Promise<string> {
  const [first] = await resolveAllowed(host, options);
  if (!first) throw unknown(host);
  return first.address;
}

async function resolve(host: string, signal: AbortSignal | undefined): Promise<LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  signal?.throwIfAborted();
  const found = lookup(host, { all: true }).catch(() => {
    throw unknown(host);
  });
  const addresses = signal ? await orAborted(found, signal) : await found;
  if (addresses.length === 0) throw unknown(host);
  return addresses;
}

/** The system's resolver cannot be told to stop; whoever waits for it can. */
function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

function unknown(host: string): VigiaError {
  return refused('address_unknown', said('refused.address.unknown', { host }));
}
