import { flapUntil } from '../domain/flapping.ts';
import { calmStep } from '../domain/flapping-step.ts';
import type { ChangeSet } from '../fleet/change-set.ts';
import type { Judge } from '../judge.ts';
import type { IncidentBook } from './incident-book.ts';

/** Ends flapping when enough time has passed without a change. */
export class FlapJudge implements Judge {
  readonly about = 'what flaps';
  readonly #book: IncidentBook;

  constructor(book: IncidentBook) {
    this.#book = book;
  }

  judge(changes: ChangeSet, now: number): void {
    const flapping = [...this.#book.open()].filter(({ flap }) => flap?.isFlapping);
    for (const record of flapping) {
      const flap = record.flap && flapUntil(record.flap, now);
      if (!flap || flap.isFlapping) continue;
      changes.addIncident(null, this.#book.settle(calmStep(record, flap, now), record, now));
    }
  }
}
