import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** Whose `X-Forwarded-For` counts, and who asks by it. */
export interface TrustedProxies {
  trusts(address: string): boolean;
  /** The address that asks: the last one that no trusted proxy stands for. */
  addressOf(request: Pick<IncomingMessage, 'headers' | 'socket'>): string;
}

/** A proxy names a few hops; whoever sends more means no good. */
const MAX_HOPS = 32;

/** @param ranges addresses or CIDR ranges that {@link isRange} holds good */
export function trustProxies(ranges: readonly string[]): TrustedProxies {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }

  function trusts(address: string): boolean {
    const plain = bare(address);
    const family = isIP(plain);
    return family !== 0 && list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }

  return {
    trusts,
    addressOf({ headers, socket }) {
      let address = bare(socket.remoteAddress ?? 'unknown');
      const header = headers['x-forwarded-for'];
      const named = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').slice(-MAX_HOPS);
      while (trusts(address)) {
        const hop = bare(named.pop() ?? '');
        // What is no address is nobody: then it counts for the proxy that let it through.
        if (isIP(hop) === 0) break;
        address = hop;
      }
      return address;
    },
  };
}

/** Whether this is an address or a CIDR range. */
export function isRange(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 6 ? 128 : 32));
}

/** Without what proxies and sockets add: port, brackets, zone, the IPv6 form of IPv4. */
function bare(address: string): string {
  const text = address.trim();
  const host = /^\[(.+)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
  return host.replace(/%.*$/, '').replace(/^::ffff:(?=[\d.]+$)/i, '');
}
