import type { DropReason } from './kind.ts';

const MAX = 4_096;

/** How the newest tasks came to be closed, so that what still comes of them can be told apart. */
export class RecentTasks {
  readonly #closed = new Map<string, 'late' | 'duplicate' | 'withdrawn'>();

  add(id: string, as: 'late' | 'duplicate' | 'withdrawn'): void {
    this.#closed.set(id, as);
    if (this.#closed.size > MAX) this.#closed.delete(this.#closed.keys().next().value ?? '');
  }

  /** Why a result of it counts for nothing; null if that is nobody's fault. */
  reasonFor(id: string): Extract<DropReason, 'late' | 'duplicate' | 'unknown'> | null {
    const as = this.#closed.get(id) ?? 'unknown';
    return as === 'withdrawn' ? null : as;
  }
}
