/**
 * Values that were asked for lately, within a limit. Two generations share it: when the newer one has half of it, the older one is
 * dropped. What is asked for moves to the newer one.
 */
export class Generations<Key, Value> {
  readonly #limitBytes: number;
  readonly #bytesOf: (value: Value) => number;
  #newer = new Map<Key, Value>();
  #older = new Map<Key, Value>();
  #newerBytes = 0;
  #olderBytes = 0;

  /** @param bytesOf what a value takes, about */
  constructor(limitBytes: number, bytesOf: (value: Value) => number) {
    this.#limitBytes = limitBytes;
    this.#bytesOf = bytesOf;
  }

  /** About. */
  get bytes(): number {
    return this.#newerBytes + this.#olderBytes;
  }

  /** What was asked for stays for another while. */
  get(key: Key): Value | undefined {
    const value = this.#newer.get(key);
    if (value) return value;
    const old = this.#older.get(key);
    if (!old) return undefined;
    this.#older.delete(key);
    const bytes = this.#bytesOf(old);
    this.#olderBytes -= bytes;
    this.#put(key, old, bytes);
    return old;
  }

  /** Keeps a value whose key has none. */
  add(key: Key, value: Value): void {
    this.#put(key, value, this.#bytesOf(value));
  }

  /** Forgets a value. */
  delete(key: Key): void {
    const value = this.get(key);
    if (!value) return;
    this.#newer.delete(key);
    this.#newerBytes -= this.#bytesOf(value);
  }

  /** A value that was just asked for has grown by so much. */
  grew(bytes: number): void {
    this.#newerBytes += bytes;
    if (this.#newerBytes > this.#limitBytes / 2) this.age();
  }

  /** Time went on: what was not asked for since the last but one of these calls is dropped. */
  age(): void {
    this.#older = this.#newer;
    this.#olderBytes = this.#newerBytes;
    this.#newer = new Map();
    this.#newerBytes = 0;
  }

  #put(key: Key, value: Value, bytes: number): void {
    if (this.#newerBytes + bytes > this.#limitBytes / 2) this.age();
    this.#newer.set(key, value);
    this.#newerBytes += bytes;
  }
}
