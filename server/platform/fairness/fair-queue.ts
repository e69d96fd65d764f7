/** What waits, by who sent it: each sender in turn gives its oldest, so that nobody waits longer because another sends much. */
export class FairQueue<T> {
  /** The first sender is the next one. */
  readonly #waiting = new Map<string, Set<T>>();
  #length = 0;

  get length(): number {
    return this.#length;
  }

  lengthOf(sender: string): number {
    return this.#waiting.get(sender)?.size ?? 0;
  }

  add(sender: string, item: T): void {
    const own = this.#waiting.get(sender);
    if (own) own.add(item);
    else this.#waiting.set(sender, new Set([item]));
    this.#length += 1;
  }

  /** Takes the oldest of the sender whose turn it is; undefined if nothing waits. */
  next(): T | undefined {
    for (const [sender, own] of this.#waiting) {
      this.#waiting.delete(sender);
      for (const item of own) {
        own.delete(item);
        this.#length -= 1;
        if (own.size > 0) this.#waiting.set(sender, own);
        return item;
      }
    }
    return undefined;
  }

  /** It does not wait any more. */
  delete(sender: string, item: T): void {
    const own = this.#waiting.get(sender);
    if (!own?.delete(item)) return;
    this.#length -= 1;
    if (own.size === 0) this.#waiting.delete(sender);
  }
}
