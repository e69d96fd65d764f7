import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { ResolveHost } from '../../protocol/check/outcome.ts';

/**
 * Resolves hosts for checks: this machine's own addresses, and those of others only while `mayReachOthers` says so. A name that
 * leads to both counts as another host.
 */
export function resolveFor(mayReachOthers: () => boolean): ResolveHost {
  return async (host) => {
    const family = isIP(host);
    const addresses = family === 0 ? await addressesOf(host) : [{ address: host, family }];
    if (addresses.length === 0) return 'name_unknown';
    const own = ownAddresses();
    const areOwn = addresses.every(({ address }) => own.has(address) || isLoopback(address));
    return areOwn || mayReachOthers() ? addresses : 'not_permitted';
  };
}

async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  // Half a megabyte that an agent without checks never needs.
  const { lookup } = await import('node:dns/promises');
  return await lookup(host, { all: true }).catch(() => []);
}

function ownAddresses(): ReadonlySet<string> {
  return new Set(
    Object.values(networkInterfaces())
      .flat()
      .map((one) => one?.address ?? ''),
  );
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
