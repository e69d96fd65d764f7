import { addressGroup } from '../../platform/fairness/address-group.ts';

/**
 * Connections that have not proved a key yet. There is room for so many; one more sends away the oldest of the address that holds
 * most, so that whoever floods makes room for everybody else, and a slow honest link is not in its way.
 */
export class HalfOpen<T> {
  readonly limit: number;
  /** By the group of their address; in each the oldest first. */
  readonly #waiting = new Map<string, Set<T>>();
  #length = 0;

  constructor(limit: number) {
    this.limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** @returns who has to go for it, if anybody */
  add(address: string, link: T): T | null {
    const group = addressGroup(address);
    const evicted = this.#length >= this.limit ? this.#evict() : null;
    const own = this.#waiting.get(group);
    if (own) own.add(link);
    else this.#waiting.set(group, new Set([link]));
    this.#length += 1;
    return evicted;
  }

  /** It has proved its key, or is gone. */
  delete(address: string, link: T): void {
    const group = addressGroup(address);
    const own = this.#waiting.get(group);
    if (!own?.delete(link)) return;
    this.#length -= 1;
    if (own.size === 0) this.#waiting.delete(group);
  }

  #evict(): T | null {
    let [group, most]: [string, Set<T> | null] = ['', null];
    for (const [address, own] of this.#waiting) if (own.size > (most?.size ?? 0)) [group, most] = [address, own];
    for (const oldest of most ?? []) {
      this.delete(group, oldest);
      return oldest;
    }
    return null;
  }
}
