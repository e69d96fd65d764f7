/**
 * Whose silence it is when several devices fall silent together. Only always-on devices (servers) count: a workstation may be
 * off. Times are ms by the server's clock.
 */

/** What vanishes within this time vanishes together. */
export const TOGETHER_MS = 60_000;
const MIN_FLEET = 10;
const MIN_CLIENTS = 3;
const MIN_ADDRESSES = 3;
const MIN_SITE = 3;
const SITE_PERCENT = 55;
const MIN_EMERGENCY_SITE = 3;
/** At least half of a site for this long is an emergency. */
export const EMERGENCY_AFTER_MS = 5 * 60_000;

/** An always-on device that fell silent without a goodbye. */
export interface Absentee {
  readonly deviceId: string;
  /** Last proof of life. */
  readonly goneAt: number;
  readonly siteId: string;
  readonly clientId: string;
  /** The network from which it reached the server last, see {@link networkOf}; null if it is not known. */
  readonly network: string | null;
}

/** How many of a site's `total` always-on devices must be silent for the site to be lost: 2 of 2, else max(3, 55 %). */
export function siteQuorum(total: number): number {
  if (total < 2) return Number.POSITIVE_INFINITY;
  return total === 2 ? 2 : Math.max(MIN_SITE, Math.ceil((total * SITE_PERCENT) / 100));
}

/** When the site was lost: the first of the last proofs of life that lie together and are enough. Null if it is not. */
export function siteLostAt(total: number, goneAt: readonly number[]): number | null {
  const quorum = siteQuorum(total);
  const times = [...goneAt].sort((a, b) => a - b);
  for (const [index, first] of times.entries()) {
    const last = times[index + quorum - 1];
    if (last !== undefined && last - first <= TOGETHER_MS) return first;
  }
  return null;
}

/**
 * Those who vanished together, if they are so many and so different that the server itself must be blind: at least half of 10
 * or more always-on devices, of 3 or more clients and from 3 or more networks. One lone device, one client or one address never is.
 */
export function vanishedTogether<T extends Absentee>(total: number, absent: readonly T[]): readonly T[] | null {
  if (total < MIN_FLEET || absent.length * 2 < total) return null;
  const sorted = [...absent].sort((a, b) => a.goneAt - b.goneAt);
  const clients = new Counter();
  const networks = new Counter();
  let start = 0;
  for (const [end, newest] of sorted.entries()) {
    clients.add(newest.clientId);
    networks.add(newest.network);
    for (let oldest = sorted[start]; oldest && newest.goneAt - oldest.goneAt > TOGETHER_MS; oldest = sorted[start]) {
      clients.remove(oldest.clientId);
      networks.remove(oldest.network);
      start += 1;
    }
    const isMost = (end - start + 1) * 2 >= total;
    if (isMost && clients.size >= MIN_CLIENTS && networks.size >= MIN_ADDRESSES) {
      const { goneAt } = sorted[start] ?? newest;
      return sorted.filter((one) => one.goneAt >= goneAt && one.goneAt - goneAt <= TOGETHER_MS);
    }
  }
  return null;
}

/** Distinct names among those that are in. */
class Counter {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  add(name: string | null): void {
    if (name !== null) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  remove(name: string | null): void {
    const left = (this.#counts.get(name ?? '') ?? 0) - 1;
    if (left > 0) this.#counts.set(name ?? '', left);
    else this.#counts.delete(name ?? '');
  }
}

/** Whether half of a site's always-on devices are down long enough; `downSince` has those that are down. */
export function isSiteEmergency(total: number, downSince: readonly number[], now: number): boolean {
  if (total < MIN_EMERGENCY_SITE) return false;
  return downSince.filter((since) => now - since >= EMERGENCY_AFTER_MS).length * 2 >= total;
}

/**
 * What tells one connection to the internet from another: an IPv4 address, or the first 48 bits of an IPv6 address, since there
 * every machine of a site has its own.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array<string>(zeros).fill('0'), ...right];
  const prefix = groups.slice(0, 3).map((group) => Number.parseInt(group || '0', 16).toString(16));
  return `${prefix.join(':')}::/48`;
}
