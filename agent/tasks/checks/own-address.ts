import type { LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { isUnserved } from '../../../protocol/check/address-kind.ts';
import type { ResolveHost } from '../../../protocol/check/outcome.ts';
import { lookupAll } from '../../../protocol/socket/lookup.ts';

/**
 * Resolves hosts for checks: this machine's own addresses, and those of others only while `mayReachOthers` says so. A name that
 * leads to both counts as another host. Metadata services of clouds, link-local addresses, multicast and what is no host's
 * address are refused whatever the policy says: nobody offers a service there, and a server in wrong hands would read keys.
 */
export function resolveFor(mayReachOthers: () => boolean): ResolveHost {
  return async (host, signal) => {
    const addresses = await lookupAll(host, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return [];
    });
    if (addresses.length === 0) return 'name_unknown';
    if (addresses.some(({ address }) => isUnserved(address))) return 'address_refused';
    return areOwn(addresses) || mayReachOthers() ? addresses : 'not_permitted';
  };
}

/**
 * Whether this page may be asked for: from this machine itself, where services trust who is there already, only what has no
 * query, unless `mayQuery` says so.
 */
export function permitsPage(mayQuery: () => boolean): (url: URL, addresses: readonly LookupAddress[]) => boolean {
  return ({ search }, addresses) => search === '' || !addresses.some(isOwn()) || mayQuery();
}

function areOwn(addresses: readonly LookupAddress[]): boolean {
  return addresses.every(isOwn());
}

/** Whether an address leads to this machine, also when IPv4 is written as IPv6. */
function isOwn(): (address: LookupAddress) => boolean {
  const own = new BlockList();
  own.addSubnet('127.0.0.0', 8, 'ipv4');
  own.addAddress('::1', 'ipv6');
  for (const one of Object.values(networkInterfaces()).flat()) {
    if (one !== undefined) own.addAddress(one.address, one.family === 'IPv6' ? 'ipv6' : 'ipv4');
  }
  return ({ address }) => own.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
