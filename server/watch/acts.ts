import type { CompiledQuery } from 'kysely';
import { VigiaError } from '../../protocol/error.ts';
import { refused, saidOf } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { type Act, type ActInStore, type Acting, auditStatement, type Hear } from '../core/incidents/act.ts';
import { everyClient } from '../domain/scope.ts';
import type { Clock } from '../platform/clock.ts';
import type { Store, StoreHandle } from '../platform/store/store.ts';
import type { Doer } from '../platform/store/turn.ts';
import type { ChangeWriter } from './change-writer.ts';
import type { Lane } from './lane.ts';

export interface ActsOptions {
  readonly lane: Lane;
  readonly writer: ChangeWriter;
  readonly store: Store;
  readonly clock: Pick<Clock, 'now'>;
  /** The journal position that the devices' memories include. */
  readonly position: () => number;
}

/**
 * What people do: decided in the lane, written once with its audit row, and only then so. Whoever acts can be told why it was refused
 * and may repeat it, so nothing of theirs waits for a disk.
 */
export class Acts implements Acting {
  readonly #options: ActsOptions;
  /** Of those that have not begun: what refuses them. */
  readonly #waiting = new Set<(cause: Error) => void>();

  constructor(options: ActsOptions) {
    this.#options = options;
    options.writer.onStuck((cause) => {
      for (const refuse of this.#waiting) refuse(cause);
      this.#waiting.clear();
    });
  }

  readonly act: Act = (actor, action, scope, work) => {
    const { store, clock, writer, position } = this.#options;
    return this.#inLane(() =>
      writer.once(position(), async (changes) => {
        await requireRights(store, actor, clock.now());
        const result = await work(changes, clock.now(), store.scoped(scope));
        changes.add(auditStatement(store, changes, actor, action));
        return result;
      }),
    );
  };

  readonly actOnStore: ActInStore = (actor, action, scope, work) => {
    const { store, clock, writer, position } = this.#options;
    return this.#inLane(() =>
      writer.within(position(), async (handle, changes) => {
        await requireRights(handle, actor, clock.now());
        const result = await work(changes, handle.scoped(scope), handle, clock.now());
        changes.add(auditStatement(store, changes, actor, action));
        return result;
      }),
    );
  };

  readonly hear: Hear = (who, scope, work) => {
    const { store, clock, writer, position } = this.#options;
    return this.#inLane(() =>
      writer.once(position(), async (changes) => {
        if (who !== null) await requireRights(store, who, clock.now());
        return work(changes, clock.now(), store.scoped(scope));
      }),
    );
  };

  /** Writes what machines tell of themselves, in one transaction and in the turn of whoever brings it. @throws as {@link Act} */
  write(statements: readonly CompiledQuery[]): Promise<void> {
    const { writer, position } = this.#options;
    return this.#inLane(() => writer.once(position(), (changes) => changes.add(...statements)));
  }

  #inLane<T>(turn: () => Promise<T>): Promise<T> {
    const { lane, writer } = this.#options;
    if (writer.stuck) return Promise.reject(refusal(writer.stuck));
    let isRefused = false;
    const refused = Promise.withResolvers<never>();
    const refuse = (cause: Error): void => {
      isRefused = true;
      refused.reject(refusal(cause));
    };
    this.#waiting.add(refuse);
    const done = lane.run(() => {
      this.#waiting.delete(refuse);
      return isRefused ? refused.promise : turn();
    });
    const outcome = Promise.race([done, refused.promise]);
    done.catch(() => this.#waiting.delete(refuse));
    return outcome;
  }
}

/**
 * Whoever was let in may have been shut out while the act waited in the lane, or their time may be over; what shuts them out is an act
 * too, so from here on nothing changes. @throws VigiaError unauthenticated
 */
async function requireRights(
  { users, sessions, scoped }: Pick<StoreHandle, 'users' | 'sessions' | 'scoped'>,
  { id, sessionId }: Doer,
  now: number,
): Promise<void> {
  const isOver = (row: Ending | null): boolean =>
    row !== null && (row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now));
  const isOut = id.startsWith('key:')
    ? isOver(await scoped(everyClient).apiKeys.get(id.slice('key:'.length)))
    : typeof (await users.get(id))?.disabled_at === 'number';
  // A session that could not be stored is in no row.
  if (isOut || (sessionId && isOver(await sessions.get(sessionId)))) throw new VigiaError('unauthenticated');
}

interface Ending {
  readonly revoked_at: number | null;
  readonly expires_at: number | null;
}

function refusal(cause: Error): VigiaError {
  return refused('unavailable', said('refused.unwritable', { why: saidOf(cause) }), { cause: 'state_unwritable' });
}
