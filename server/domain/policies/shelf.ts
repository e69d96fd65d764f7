import { type PolicyTarget, type PolicyVersion, policyId } from './policy.ts';

/** Versions of policies, by what they apply to. The order in which they are put does not matter. */
export class PolicyShelf {
  readonly #byTarget = new Map<string, PolicyVersion[]>();
  #instants: readonly number[] | null = null;

  constructor(versions: Iterable<PolicyVersion> = []) {
    for (const version of versions) this.put(version);
  }

  put(version: PolicyVersion): void {
    const key = keyOf(version);
    const versions = this.#byTarget.get(key);
    if (versions) versions.push(version);
    else this.#byTarget.set(key, [version]);
    this.#instants = null;
  }

  get isEmpty(): boolean {
    return this.#byTarget.size === 0;
  }

  /** Of all targets, in no particular order. */
  *all(): Iterable<PolicyVersion> {
    for (const versions of this.#byTarget.values()) yield* versions;
  }

  of(target: PolicyTarget): readonly PolicyVersion[] {
    return this.#byTarget.get(keyOf(target)) ?? [];
  }

  /** All versions of a policy by its id, of whichever client it is. */
  named(id: string): PolicyVersion[] {
    // Whose a site or a device is, is not said by the id.
    return [...this.#byTarget].flatMap(([key, versions]) => (key.startsWith(`${id} `) ? versions : []));
  }

  /** The version in force at `at`: the latest decision of those that had begun. Null if there is none or it was removed. */
  inForce(target: PolicyTarget, at: number): PolicyVersion | null {
    let found: PolicyVersion | null = null;
    for (const version of this.of(target)) {
      if (version.from <= at && (found === null || version.version > found.version)) found = version;
    }
    return found?.values ? found : null;
  }

  /** What is in force of every target at `at`. */
  *standing(at: number): Iterable<PolicyVersion> {
    for (const [first] of this.#byTarget.values()) {
      const version = first && this.inForce(first, at);
      if (version) yield version;
    }
  }

  /** The longest stretch [from, until) around `at` (ms) in which nothing begins to be in force. */
  stretchOf(at: number): { readonly from: number; readonly until: number } {
    this.#instants ??= [...new Set([...this.all()].map(({ from }) => from))].sort((one, other) => one - other);
    const instants = this.#instants;
    let [low, high] = [0, instants.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((instants[middle] ?? 0) <= at) low = middle + 1;
      else high = middle;
    }
    const [from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY] = [instants[low - 1], instants[low]];
    return { from, until };
  }

  /** Forgets what nobody judges by any more: versions whose successor had begun by `at`, and removals. @returns how many */
  prune(at: number): number {
    let forgotten = 0;
    for (const [key, versions] of this.#byTarget) {
      const newest = Math.max(...versions.filter(({ from }) => from <= at).map(({ version }) => version), 0);
      const kept = versions.filter(
        ({ version, values }) => version > newest || (version === newest && values !== null),
      );
      forgotten += versions.length - kept.length;
      if (kept.length === 0) this.#byTarget.delete(key);
      else this.#byTarget.set(key, kept);
    }
    this.#instants = null;
    return forgotten;
  }
}

/** Also whose it is: what somebody decided on a site or a device of one client says nothing of one of another. */
function keyOf(target: PolicyTarget): string {
  return `${policyId(target)} ${target.clientId}`;
}
