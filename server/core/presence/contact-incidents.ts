import { type Said, said } from '../../../protocol/said/said.ts';
import type { IncidentStep } from '../../domain/incidents/incident.ts';
import type { Liveness, Loss } from '../../domain/liveness.ts';
import type { Verdict } from '../../domain/rules/detection.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ChangeSet } from '../incidents/change-set.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import { recurrenceOf } from '../incidents/statements.ts';
import { release, SUPPRESSED_BY_BLINDNESS } from './family.ts';

export interface ContactIncidentsOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  /** The open incident of a site that is lost, or null. */
  readonly siteIncident: (siteId: string | null) => string | null;
}

const CONTACT = 'contact|';
const evidence = { metrics: ['cpu.busy', 'memory.available'], threshold: null };

/** The incidents of devices that are silent: opened, reworded, told late, and over. */
export class ContactIncidents {
  readonly #options: ContactIncidentsOptions;

  constructor(options: ContactIncidentsOptions) {
    this.#options = options;
    options.book.addFirstPolicy((step) => this.#explain(step));
  }

  /**
   * Brings the incident of a device to what its liveness says.
   * @param before the loss that was judged last
   * @param isSeeing whether the server itself sees: else nobody is told
   */
  judge(record: DeviceRecord, before: Loss | null, changes: ChangeSet, now: number, isSeeing: boolean): void {
    const { liveness } = record.connection;
    const { raised } = record.memory.detection;
    const { loss } = liveness;
    if (loss && raised.get(CONTACT)?.priority !== loss.priority) {
      const { priority, onset } = loss;
      const kind = raised.has(CONTACT) ? 'change' : 'raise';
      raised.set(CONTACT, { rule: 'contact', object: '', priority, lastSeen: now });
      const about = { rule: 'contact', object: '', said: liveness.reason, evidence, onset, at: now } as const;
      this.#apply(record, { kind, priority, ...about }, changes, loss.tellAt, now);
    } else if (loss && before && before.blame !== loss.blame) {
      this.#reword(record, liveness.reason, changes, now);
    } else if (!loss && raised.has(CONTACT) && (liveness.state === 'up' || isFreeToBeOff(record, liveness))) {
      raised.delete(CONTACT);
      const over = said('contact.over', { how: liveness.state === 'up' ? 'back' : 'hours_over' });
      const about = { rule: 'contact', object: '', said: over, at: now } as const;
      this.#apply(record, { kind: 'clear', ...about }, changes, now, now);
    }
    if (loss && isSeeing) this.#unhush(record, changes, loss, now);
  }

  #apply(record: DeviceRecord, verdict: Verdict, changes: ChangeSet, tellAt: number, now: number): void {
    const { id, client_id, site_id } = record.info;
    const step = this.#options.book.step(verdict, { clientId: client_id, siteId: site_id, deviceId: id }, tellAt);
    if (!step) {
      changes.edge(record);
      return;
    }
    const isWaiting = step.notice?.kind === 'changed' && tellAt > now;
    // It is told once, when it is due, in the words that hold then.
    changes.addIncident(record, isWaiting ? { ...step, notice: null } : step);
    if (verdict.kind === 'change') changes.add(this.#freshen(step, now));
  }

  /** Somebody else is to blame than before, at the same priority. */
  #reword(record: DeviceRecord, why: Said, changes: ChangeSet, now: number): void {
    const { book } = this.#options;
    const incident = contactOf(book, record);
    if (!incident) return;
    const event = { kind: 'changed', at: now, by: null, said: why } as const;
    const step = book.settle(
      { record: { ...incident, said: why, updatedAt: now }, event, notice: null },
      incident,
      now,
    );
    changes.addIncident(record, step);
    changes.add(this.#freshen(step, now));
  }

  /** What still waits to be told says what is known by now. */
  #freshen({ record }: IncidentStep, now: number) {
    const { said, priority } = record;
    const { outbox } = this.#options.store;
    return outbox.freshenStatement(`${recurrenceOf(record)}raised`, now, { said, priority });
  }

  /** The server sees again and the device is still silent. */
  #unhush(record: DeviceRecord, changes: ChangeSet, { tellAt }: Loss, now: number): void {
    const { book } = this.#options;
    const incident = contactOf(book, record);
    if (incident?.suppressedBy !== SUPPRESSED_BY_BLINDNESS) return;
    release(book, changes, record, incident, now, Math.max(now, tellAt));
  }

  /** One that opens while its site is lost belongs to the site's. */
  #explain(step: IncidentStep): IncidentStep {
    const { record, event } = step;
    if (record.rule !== 'contact' || (event.kind !== 'opened' && event.kind !== 'reopened')) return step;
    const parentId = this.#options.siteIncident(record.siteId);
    return { ...step, record: { ...record, parentId }, notice: parentId === null ? step.notice : null };
  }
}

/** A workstation outside its expected hours. */
function isFreeToBeOff({ info }: DeviceRecord, { state }: Liveness): boolean {
  return info.kind === 'workstation' && (state === 'off' || state === 'asleep');
}

function contactOf(book: IncidentBook, { info }: DeviceRecord) {
  for (const incident of book.openOf(info.id)) if (incident.rule === 'contact') return incident;
  return null;
}
