import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { VigiaError } from '../../protocol/error.ts';

/** `private`: this machine and own networks. `never`: link-local, metadata services, multicast, what is no host's address. */
export type AddressKind = 'public' | 'private' | 'never';

export interface GuardOptions {
  /** Also this machine and private networks; what may `never` be reached stays refused. */
  readonly allowPrivate: boolean;
  readonly signal?: AbortSignal;
}

type Range = readonly [network: string, prefix: number];

const privateV4: readonly Range[] = [
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
];
const neverV4: readonly Range[] = [
  ['0.0.0.0', 8],
  ['100.100.100.200', 32],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
const privateV6: readonly Range[] = [
  ['::1', 128],
  ['fc00::', 7],
];
/** Of the global addresses: tunnels that could lead anywhere, documentation, and a cloud's metadata service. */
const neverV6: readonly Range[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['fd00:ec2::254', 128],
];
const globalV6: readonly Range[] = [['2000::', 3]];
/** Where a network without IPv4 finds the IPv4 addresses. */
const NAT64 = '64:ff9b::';

const privateList = list(privateV4, privateV6);
const neverList = list(neverV4, neverV6);
const globalList = list([], [...globalV6, [NAT64, 96]]);

function list(v4: readonly Range[], v6: readonly Range[]): BlockList {
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
  if (neverList.check(bare, type)) return 'never';
  if (privateList.check(bare, type)) return 'private';
  return family === 4 || mapped || globalList.check(bare, type) ? 'public' : 'never';
}

/**
 * The addresses of a host that the server may reach out to. Connect to one of these and resolve no second time: the next answer
 * could be another.
 * @throws VigiaError address_refused if one of them may not be reached, address_unknown if there is none
 */
export async function resolveAllowed(host: string, options: GuardOptions): Promise<readonly LookupAddress[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  const addresses = await resolve(bare, options.signal);
  for (const { address } of addresses) {
    const kind = addressKind(address);
    if (kind === 'public' || (kind === 'private' && options.allowPrivate)) continue;
    throw new VigiaError('address_refused', refusal(bare, address, kind), { host: bare });
  }
  return addresses;
}

/** The first of {@link resolveAllowed}. */
export async function resolvePublic(host: string, options: GuardOptions): Promise<string> {
  const [first] = await resolveAllowed(host, options);
  if (!first) throw unknown(host);
  return first.address;
}

/** A `lookup` for http, https, net and tls that answers with addresses that were checked before. */
export function pinnedLookup(addresses: readonly LookupAddress[]): LookupFunction {
  return (hostname, options, callback) => {
    const family = options.family === 4 || options.family === 'IPv4' ? 4 : options.family === 6 ? 6 : 0;
    const fitting = addresses.filter((candidate) => family === 0 || candidate.family === family);
    const [first] = fitting;
    if (!first) callback(unknown(hostname), []);
    else if (options.all) callback(null, [...fitting]);
    else callback(null, first.address, first.family);
  };
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

function refusal(host: string, address: string, kind: AddressKind): string {
  const where = host === address ? address : `${host} is at ${address}, which`;
  if (kind === 'never') return `${where} is not the address of a host that this server may reach.`;
  return `${where} is on this machine or in a private network, which this server does not reach out to.`;
}

function unknown(host: string): VigiaError {
  return new VigiaError('address_unknown', `The name ${host} has no address. Check its spelling and the name server.`);
}
