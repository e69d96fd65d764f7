import { BlockList, isIP } from 'node:net';

/** `private`: this machine and own networks. `never`: link-local, metadata services, multicast, what is no host's address. */
export type AddressKind = 'public' | 'private' | 'never';

type Range = readonly [network: string, prefix: number];

const privateV4: readonly Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];
/** Metadata services of clouds, link-local, multicast, and what is no host's: nobody offers a service to others there. */
const unservedV4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.192', 32],
  ['224.0.0.0', 3],
];
const unservedV6: readonly Range[] = [
  ['::', 128],
  ['fd00:ec2::254', 128],
  ['fe80::', 10],
  ['ff00::', 8],
];
const neverV4: readonly Range[] = [
  ...unservedV4,
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
];
const privateV6: readonly Range[] = [
  ['::1', 128],
  ['fc00::', 7],
];
/** Of the global addresses: tunnels that could lead anywhere, and documentation. */
const neverV6: readonly Range[] = [['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['3fff::', 20], ...unservedV6];
const globalV6: readonly Range[] = [['2000::', 3]];
/** Where a network without IPv4 finds the IPv4 addresses. */
const NAT64 = '64:ff9b::';

const isInPrivate = list(privateV4, privateV6);
const isInNever = list(neverV4, neverV6);
const isInUnserved = list(unservedV4, unservedV6);
const isInGlobal = list([], [...globalV6, [NAT64, 96]]);

/** Made when it is first asked: most agents never are, and a range takes half a kilobyte. */
function list(v4: readonly Range[], v6: readonly Range[]): (address: string, type: 'ipv4' | 'ipv6') => boolean {
  let made: BlockList | undefined;
  return (address, type) => {
    made ??= listOf(v4, v6);
    return made.check(address, type);
  };
}

function listOf(v4: readonly Range[], v6: readonly Range[]): BlockList {
  const result = new BlockList();
  for (const [network, prefix] of v4) {
    result.addSubnet(network, prefix, 'ipv4');
    result.addSubnet(`${NAT64}${network}`, 96 + prefix, 'ipv6');
  }
  for (const [network, prefix] of v6) result.addSubnet(network, prefix, 'ipv6');
  return result;
}

/** What an IP address leads to. */
export function addressKind(address: string): AddressKind {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  if (family === 0) return 'never';
  const mapped = /^::ffff:/i.test(bare);
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (isInNever(bare, type)) return 'never';
  if (isInPrivate(bare, type)) return 'private';
  return family === 4 || mapped || isInGlobal(bare, type) ? 'public' : 'never';
}

/**
 * Whether no check may go there, whoever runs it: a metadata service, a link-local address, multicast, no host's address, also
 * where IPv4 is written as IPv6. Networks for documentation are none of these: some people use them.
 */
export function isUnserved(address: string): boolean {
  const bare = address.replace(/%.*$/, '');
  const family = isIP(bare);
  return family === 0 || isInUnserved(bare, family === 4 ? 'ipv4' : 'ipv6');
}
