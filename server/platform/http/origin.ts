import type { AddressInfo } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';

/** The addresses under which browsers may use this server: exact, no wildcards. */
export interface Origins {
  allows(origin: string): boolean;
  /**
   * Where agents and people reach the server: the public URL, else the address that a browser just used (if it is one of
   * ours), else the one it listens on. No trailing slash.
   */
  base(usedOrigin?: string): string;
}

export interface OriginOptions {
  readonly publicUrl: string | null;
  readonly secure: boolean;
  /** Where the server listens, once it does. */
  readonly address: () => AddressInfo | null;
}

const loopback = /^127\.|^::1$/;
const wildcard = /^0\.0\.0\.0$|^::$/;

export function createOrigins({ publicUrl, secure, address }: OriginOptions): Origins {
  const scheme = secure ? 'https' : 'http';
  let known: ReadonlySet<string> | null = null;

  function collect(listening: AddressInfo): ReadonlySet<string> {
    const origins = new Set<string>();
    if (publicUrl !== null) origins.add(new URL(publicUrl).origin);
    for (const host of hostsOf(listening.address)) origins.add(new URL(`${scheme}://${host}:${listening.port}`).origin);
    return origins;
  }

  function allows(origin: string): boolean {
    const listening = address();
    if (known === null && listening !== null) known = collect(listening);
    return known?.has(origin) ?? false;
  }

  return {
    allows,
    base(usedOrigin) {
      if (publicUrl !== null) return publicUrl;
      if (usedOrigin !== undefined && allows(usedOrigin)) return usedOrigin;
      const listening = address();
      if (listening === null) throw new Error('The server does not listen yet.');
      const host = wildcard.test(listening.address) ? hostname() : inUrl(listening.address);
      return new URL(`${scheme}://${host}:${listening.port}`).origin;
    },
  };
}

/** The host names and addresses that lead to a listening address on this machine. */
function hostsOf(listening: string): string[] {
  if (loopback.test(listening)) return ['127.0.0.1', 'localhost', '[::1]'];
  if (!wildcard.test(listening)) return [inUrl(listening)];
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  // A link-local address needs a zone, which no URL of a browser can carry.
  const usable = own.filter(({ address }) => !address.startsWith('fe80:'));
  return ['localhost', hostname(), ...usable.map(({ address }) => inUrl(address))];
}

function inUrl(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}
