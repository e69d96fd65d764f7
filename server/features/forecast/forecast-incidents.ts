import { randomUUID } from 'node:crypto';
import { said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { adopt, release } from '../../core/presence/family.ts';
import { type IncidentRecord, incidentKey, isHigher } from '../../domain/incidents/incident.ts';
import { stepIncident } from '../../domain/incidents/step-incident.ts';
import type { Verdict } from '../../domain/rules/detection.ts';
import type { RuleName } from '../../domain/rules/rule.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';

const rules: readonly RuleName[] = ['disk.forecast', 'disk.night'];
/** What says as much of the same file system, and more surely. */
const surer: Partial<Record<RuleName, readonly RuleName[]>> = {
  'disk.forecast': ['disk.space'],
  'disk.night': ['disk.space', 'disk.forecast'],
};

/**
 * The incidents of the forecast. One cause is told once: while the file system's own shortage is an incident of the same or a
 * higher priority, that one speaks and the forecast stands below it.
 */
export class ForecastIncidents {
  readonly #book: IncidentBook;
  readonly #reopenWindowMs: number;

  constructor(book: IncidentBook, reopenWindowMs: number) {
    this.#book = book;
    this.#reopenWindowMs = reopenWindowMs;
  }

  apply(record: DeviceRecord, verdict: Verdict, changes: ChangeSet): void {
    const { id, client_id: clientId, site_id: siteId } = record.info;
    const subject = { clientId, siteId, deviceId: id };
    const current = this.#book.byKey(incidentKey(subject, verdict.rule, verdict.object));
    const options = { newId: randomUUID, reopenWindowMs: this.#reopenWindowMs };
    const step = stepIncident(current, verdict, subject, options);
    if (!step) {
      changes.edge(record);
      return;
    }
    const parent = verdict.kind === 'clear' ? null : this.#shortage(step.record);
    const explained = parent ? { ...step, record: { ...step.record, parentId: parent.id }, notice: null } : step;
    changes.addIncident(record, this.#book.settle(explained, current, verdict.at));
  }

  /** Follows the shortage as it opens, changes and ends. */
  explain(record: DeviceRecord, changes: ChangeSet, now: number): void {
    for (const incident of [...this.#book.openOf(record.info.id)]) {
      if (!rules.includes(incident.rule)) continue;
      const parent = this.#shortage(incident);
      const above = incident.parentId === null ? null : this.#book.byId(incident.parentId);
      const isBelowShortage = above !== null && (surer[incident.rule] ?? []).includes(above.rule);
      if (parent && incident.parentId === null) {
        adopt(this.#book, changes, record, incident, parent.id, now, said('explained.disk'));
      } else if (!parent && (isBelowShortage || this.#isForgotten(incident))) {
        release(this.#book, changes, record, incident, now, now);
      }
    }
  }

  /** The open incident that says as much of the same file system. */
  #shortage({ rule, deviceId, object, priority }: IncidentRecord): IncidentRecord | undefined {
    return [...this.#book.openOf(deviceId ?? '')].find(
      (other) =>
        (surer[rule] ?? []).includes(other.rule) && other.object === object && !isHigher(priority, other.priority),
    );
  }

  /** Its parent was resolved so long ago that the book does not hold it any more. */
  #isForgotten({ parentId }: IncidentRecord): boolean {
    return parentId !== null && this.#book.byId(parentId) === null;
  }
}
