import type { CompiledQuery } from 'kysely';
import type { Logger } from 'pino';
import { VigiaError } from '../protocol/error.ts';
import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { ChangeSet } from './fleet/change-set.ts';
import type { Health } from './fleet/health.ts';
import type { Store } from './store/store.ts';

export interface ChangeWriterOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly health: Health;
  readonly logger: Logger;
  readonly faults: Pick<Faults, 'guard'>;
  /** Called after a change is durable. */
  readonly publish: (changes: ChangeSet) => void;
}

const RETRY_MS = 1_000;

/** Writes what a step of the watch changed in one transaction, and then shows it. */
export class ChangeWriter {
  readonly #options: ChangeWriterOptions;
  #isStopping = false;

  constructor(options: ChangeWriterOptions) {
    this.#options = options;
  }

  /**
   * Writes until it is written: memory is ahead by then, so giving up would tell people of what a restart forgets. Meanwhile the
   * lane stands still, reports queue up to their bound, and the screen says why.
   * @param position the journal position that the devices' memories include
   */
  async commit(changes: ChangeSet, position: number): Promise<void> {
    const { store, clock, publish, faults } = this.#options;
    if (changes.hasWrites) {
      const statements = changes.statements(store, position, clock.now());
      while (!(await this.#tryCommit(changes, statements))) {
        if (this.#isStopping) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    const durable = changes.refusal === null ? changes.published : [];
    const shown = [() => publish(changes), ...durable];
    for (const show of shown) faults.guard('what is shown', show, undefined);
  }

  /** Gives up retrying what cannot be written: the next start replays it. */
  stop(): void {
    this.#isStopping = true;
  }

  async #tryCommit(changes: ChangeSet, statements: readonly CompiledQuery[]): Promise<boolean> {
    const { store, health, logger } = this.#options;
    try {
      await store.commit(statements);
      health.set('state', null);
      return true;
    } catch (cause) {
      if (!(cause instanceof VigiaError) || cause.code === 'conflict') {
        // Repeating what the database refuses for its content would stop the watch of everybody for ever.
        logger.fatal({ err: cause }, 'a change contradicts the state database and was not written; this is a defect');
        changes.refusal = cause;
        return true;
      }
      logger.error({ err: cause }, 'the state database refuses writes; retrying');
      health.set(
        'state',
        `The server cannot write its state: ${cause instanceof Error ? cause.message : String(cause)}`,
      );
      return false;
    }
  }
}
