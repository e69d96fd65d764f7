import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { Judge } from '../core/incidents/judge.ts';
import { flapUntil } from '../domain/incidents/flapping.ts';
import { calmStep } from '../domain/incidents/flapping-step.ts';

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
