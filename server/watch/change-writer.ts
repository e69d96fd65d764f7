import type { CompiledQuery } from 'kysely';
import type { Logger } from 'pino';
import { VigiaError } from '../../protocol/error.ts';
import { plain } from '../../protocol/said/plain.ts';
import { saidOf } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { Clock } from '../platform/clock.ts';
import type { Faults } from '../platform/health/faults.ts';
import type { Health } from '../platform/health/health.ts';
import type { Store, StoreHandle } from '../platform/store/store.ts';

export interface ChangeWriterOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly book: Pick<IncidentBook, 'keep' | 'takeBack'>;
  readonly health: Health;
  readonly logger: Logger;
  readonly faults: Pick<Faults, 'guard'>;
  /** Brings the memories of devices back to what is stored of them, after a change of theirs was refused. */
  readonly restore: (records: Iterable<DeviceRecord>) => Promise<void>;
  /** Called after a change is durable. */
  readonly publish: (changes: ChangeSet) => void;
}

const RETRY_MS = 1_000;

/** Decide, write in one transaction, and only then let it be so: for all others, on the screen, and in memory. */
export class ChangeWriter {
  readonly #options: ChangeWriterOptions;
  #isStopping = false;
  #stuck: Error | null = null;
  readonly #onStuck: ((cause: Error) => void)[] = [];

  constructor(options: ChangeWriterOptions) {
    this.#options = options;
  }

  /** Why what was decided cannot be written at the moment; the lane stands still. */
  get stuck(): Error | null {
    return this.#stuck;
  }

  /** Called when writing begins to fail. */
  onStuck(listener: (cause: Error) => void): void {
    this.#onStuck.push(listener);
  }

  /**
   * Writes what `decide` fills in until it is written: what devices and time bring happens whether or not it can be written, and
   * nobody could repeat it. Meanwhile the lane stands still, reports queue up to their bound, and the screen says why. What the
   * database refuses for its content is taken back, and is the refusal of the changes.
   * @param position the journal position that the devices' memories include
   */
  async always<T>(position: () => number, decide: (changes: ChangeSet) => Promise<T> | T): Promise<T> {
    const { changes, result } = await this.#decide(decide);
    if (changes.hasWrites) {
      const statements = changes.statements(this.#options.store, position(), this.#options.clock.now());
      while (!(await this.#tryCommit(changes, statements))) {
        if (this.#isStopping) return result;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
    if (changes.refusal === null) this.#show(changes);
    else {
      this.#takeBack(changes);
      await this.#options.restore(changes.saved);
    }
    return result;
  }

  /** Writes what `decide` fills in, or takes it back. @throws what `decide` or the database throws */
  async once<T>(position: number, decide: (changes: ChangeSet) => Promise<T> | T): Promise<T> {
    const { changes, result } = await this.#decide(decide);
    const { store, clock } = this.#options;
    try {
      if (changes.hasWrites) await store.commit(changes.statements(store, position, clock.now()));
    } catch (cause) {
      this.#takeBack(changes);
      throw cause;
    }
    this.#show(changes);
    return result;
  }

  /** As {@link once} for what lives in the database: `decide` reads and writes in the transaction itself. */
  async within<T>(position: number, decide: (handle: StoreHandle, changes: ChangeSet) => Promise<T>): Promise<T> {
    const { store, clock } = this.#options;
    const changes = new ChangeSet();
    let result: T;
    try {
      result = await store.transaction(async (handle) => {
        const decided = await decide(handle, changes);
        for (const statement of changes.statements(store, position, clock.now())) {
          await handle.db.executeQuery(statement);
        }
        return decided;
      });
    } catch (cause) {
      this.#takeBack(changes);
      throw cause;
    }
    this.#show(changes);
    return result;
  }

  /** How the newest try to write went: `null` if well. */
  note(cause: Error | null): void {
    const stuck = cause && said('server.state', { why: saidOf(cause) });
    const before = this.#stuck;
    this.#stuck = stuck && new Error(plain(stuck, 0));
    this.#options.health.set('state', stuck, stuck === null ? null : 'committing');
    if (this.#stuck && !before) for (const listener of this.#onStuck) listener(this.#stuck);
  }

  /** Gives up retrying what cannot be written: the next start replays it. */
  stop(): void {
    this.#isStopping = true;
  }

  async #decide<T>(decide: (changes: ChangeSet) => Promise<T> | T): Promise<{ changes: ChangeSet; result: T }> {
    const changes = new ChangeSet();
    try {
      return { changes, result: await decide(changes) };
    } catch (cause) {
      this.#takeBack(changes);
      throw cause;
    }
  }

  #show(changes: ChangeSet): void {
    const { book, faults, publish } = this.#options;
    book.keep();
    for (const show of [() => publish(changes), ...changes.published]) faults.guard('what is shown', show, undefined);
  }

  #takeBack(changes: ChangeSet): void {
    this.#options.book.takeBack();
    for (const undo of changes.undoing.toReversed()) undo();
  }

  async #tryCommit(changes: ChangeSet, statements: readonly CompiledQuery[]): Promise<boolean> {
    const { store, logger } = this.#options;
    try {
      await store.commit(statements);
      this.note(null);
      return true;
    } catch (cause) {
      if (!(cause instanceof VigiaError) || cause.code === 'conflict') {
        // Repeating what the database refuses for its content would stop the watch of everybody for ever.
        logger.fatal({ err: cause }, 'a change contradicts the state database and was not written; this is a defect');
        changes.refusal = cause;
        this.note(null);
        return true;
      }
      logger.error({ err: cause }, 'the state database refuses writes; retrying');
      this.note(cause);
      return false;
    }
  }
}
