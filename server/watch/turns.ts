import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { Faults } from '../platform/health/faults.ts';
import type { ChangeWriter } from './change-writer.ts';
import type { Lane } from './lane.ts';

export interface TurnsOptions {
  readonly lane: Lane;
  readonly writer: ChangeWriter;
  readonly faults: Faults;
}

/** `always`: however many wait, for what must not be refused and is bounded where it comes from. */
export type Admission = 'always' | 'bounded';

/** What reports, agents and time bring: one turn of the lane each, decided and written until it is written. */
export class Turns {
  readonly #options: TurnsOptions;
  /** Newest journal position that was evaluated: what every memory that is written includes. */
  position = 0;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** @throws VigiaError overloaded if it may be refused and too many wait */
  follow(admission: Admission, decide: (changes: ChangeSet) => Promise<void> | void): Promise<void> {
    const { lane, writer, faults } = this.#options;
    const commit = async (): Promise<void> => {
      const changes = await writer.always(
        () => this.position,
        async (decided) => {
          await decide(decided);
          return decided;
        },
      );
      const throwRefusal = (): void => {
        if (changes.refusal !== null) throw changes.refusal;
      };
      faults.guard('what follows from reports and time', throwRefusal, undefined);
    };
    // What everybody depends on: if it fails as a whole, the server says so.
    const turn = (): Promise<void> => faults.watchOver('everything', commit);
    return admission === 'always' ? lane.runAlways(turn) : lane.run(turn);
  }
}
