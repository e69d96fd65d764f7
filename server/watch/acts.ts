import { VigiaError } from '../../protocol/error.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { Clock } from '../platform/clock.ts';
import type { ChangeWriter } from './change-writer.ts';
import type { Lane } from './lane.ts';

export interface ActsOptions {
  readonly lane: Lane;
  readonly writer: ChangeWriter;
  readonly clock: Pick<Clock, 'now'>;
  /** The journal position that the devices' memories include. */
  readonly position: () => number;
}

/**
 * What people do: decided in the lane, written once, and only then so. Whoever acts can be told why it was refused and may
 * repeat it, so nothing of theirs waits for a disk.
 */
export class Acts {
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

  /**
   * `work` reads, decides and fills the changes. @throws VigiaError overloaded; unavailable with the reason while the state
   * cannot be written; and what `work` or the database says, after which everything is as it was before
   */
  run<T>(work: (changes: ChangeSet, now: number) => Promise<T> | T): Promise<T> {
    const { lane, writer, clock, position } = this.#options;
    if (writer.stuck) return Promise.reject(refusal(writer.stuck));
    let isRefused = false;
    const refused = Promise.withResolvers<never>();
    const refuse = (cause: Error): void => {
      isRefused = true;
      refused.reject(refusal(cause));
    };
    this.#waiting.add(refuse);
    const done = lane.run(async () => {
      this.#waiting.delete(refuse);
      if (isRefused) return refused.promise;
      return writer.once(position(), (changes) => work(changes, clock.now()));
    });
    const outcome = Promise.race([done, refused.promise]);
    done.catch(() => this.#waiting.delete(refuse));
    return outcome;
  }
}

function refusal(cause: Error): VigiaError {
  return new VigiaError('unavailable', `Nothing can be changed now. ${cause.message}`, { cause: 'state_unwritable' });
}
