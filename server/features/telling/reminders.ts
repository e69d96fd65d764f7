import type { Priority } from '../../../protocol/api/view.ts';
import { said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../core/incidents/judge.ts';
import type { IncidentRecord, IncidentStep, StepPolicy } from '../../domain/incidents/incident.ts';
import type { Store } from '../../platform/store/store.ts';

const MINUTE_MS = 60_000;

/** How often people are reminded of what nobody has acknowledged; of the others never. */
const everyMs: Readonly<Partial<Record<Priority, number>>> = { emergency: 10 * MINUTE_MS, high: 30 * MINUTE_MS };

/** Steps after which people know of the incident as it is. */
const telling = new Set(['raised', 'changed', 'flapping', 'calm', 'reminded']);

/** When the next reminder is due; null if there is none. */
export function reminderDueAt(record: IncidentRecord, toldAt: number): number | null {
  const interval = everyMs[record.priority];
  // What flaps is told when it begins and when it is calm; from then on it is reminded of again.
  const isQuiet = record.parentId !== null || record.suppressedBy !== null || record.flap?.isFlapping === true;
  return interval === undefined || record.state !== 'open' || isQuiet ? null : toldAt + interval;
}

/**
 * Reminds people of what is urgent and not acknowledged. When they were told last is read from the outbox at the start, so that
 * a restart neither repeats nor skips a reminder.
 */
export class Reminders implements Judge {
  readonly about = 'reminders';
  readonly #book: IncidentBook;
  readonly #toldAt = new Map<string, number>();
  /** What stood before steps that are not written yet. */
  readonly #before = new Map<string, number | undefined>();

  constructor(book: IncidentBook) {
    this.#book = book;
    book.onWritten((isWritten) => {
      if (!isWritten) for (const [id, toldAt] of this.#before) this.#set(id, toldAt);
      this.#before.clear();
    });
  }

  /** Wired into the book after the policies that may keep an incident quiet. */
  readonly policy: StepPolicy = (step) => {
    const { record, notice } = step;
    if (record.state === 'resolved') this.#change(record.id, undefined);
    else if (notice && telling.has(notice.kind)) this.#change(record.id, notice.tellAt);
    return step;
  };

  #change(id: string, toldAt: number | undefined): void {
    if (!this.#before.has(id)) this.#before.set(id, this.#toldAt.get(id));
    this.#set(id, toldAt);
  }

  #set(id: string, toldAt: number | undefined): void {
    if (toldAt === undefined) this.#toldAt.delete(id);
    else this.#toldAt.set(id, toldAt);
  }

  async load(store: Pick<Store, 'deliveries'>): Promise<void> {
    for (const { id, told_at } of await store.deliveries.lastTold()) this.#toldAt.set(id, told_at);
  }

  /** How long ago people were told stays as it is. */
  clockSet({ sizeMs }: ClockSet): void {
    for (const [id, toldAt] of this.#toldAt) this.#toldAt.set(id, toldAt + sizeMs);
  }

  judge(changes: ChangeSet, now: number): void {
    const due: IncidentRecord[] = [];
    for (const record of this.#book.open()) {
      const toldAt = this.#toldAt.get(record.id);
      const dueAt = toldAt === undefined ? null : reminderDueAt(record, toldAt);
      if (dueAt !== null && dueAt <= now) due.push(record);
    }
    for (const record of due) changes.addIncident(null, this.#book.settle(reminder(record, now), record, now));
  }
}

function reminder(record: IncidentRecord, at: number): IncidentStep {
  const open = said('reminder', { openMs: at - record.openedAt });
  return { record, event: { kind: 'reminded', at, by: null, said: open }, notice: { kind: 'reminded', tellAt: at } };
}
