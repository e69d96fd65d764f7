import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { Store } from '../../platform/store/store.ts';
import { Reminders } from './reminders.ts';

/** Reminders of what is urgent and not acknowledged. */
export async function createReminders(store: Pick<Store, 'deliveries'>, book: IncidentBook) {
  const reminders = new Reminders(book);
  await reminders.load(store);
  return { name: 'reminders', judges: [reminders], policies: [reminders.policy] };
}
