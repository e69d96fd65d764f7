import { randomUUID } from 'node:crypto';
import type { Verdict } from '../domain/detection.ts';
import { type IncidentRecord, type IncidentStep, incidentKey, type Subject, stepIncident } from '../domain/incident.ts';
import { everyClient } from '../domain/scope.ts';
import type { Store } from '../store/store.ts';
import { toRecord } from './rows.ts';

/** The newest incident of each key, as far as it still matters: open, or resolved so lately that it may reopen. */
export class IncidentBook {
  readonly #newest = new Map<string, IncidentRecord>();
  readonly #openByDevice = new Map<string, Map<string, IncidentRecord>>();
  readonly #store: Store;
  readonly #reopenWindowMs: number;

  constructor(store: Store, reopenWindowMs: number) {
    this.#store = store;
    this.#reopenWindowMs = reopenWindowMs;
  }

  async load(now: number): Promise<void> {
    const rows = await this.#store.scoped(everyClient).incidents.recent(now - this.#reopenWindowMs);
    // Newest first: of several with one key the first stands.
    for (const row of rows.reverse()) this.put(toRecord(row));
  }

  /** Applies a verdict, in memory. Null if it changes nothing. */
  step(verdict: Verdict, subject: Subject, tellAt?: number): IncidentStep | null {
    const current = this.#newest.get(incidentKey(subject, verdict.rule, verdict.object)) ?? null;
    const step = stepIncident(current, verdict, subject, {
      newId: randomUUID,
      reopenWindowMs: this.#reopenWindowMs,
      ...(tellAt === undefined ? {} : { tellAt }),
    });
    if (step) this.put(step.record);
    return step;
  }

  put(record: IncidentRecord): void {
    this.#newest.set(record.key, record);
    if (!record.deviceId) return;
    const open = this.#openByDevice.get(record.deviceId) ?? new Map<string, IncidentRecord>();
    if (record.state === 'resolved') open.delete(record.id);
    else open.set(record.id, record);
    if (open.size > 0) this.#openByDevice.set(record.deviceId, open);
    else this.#openByDevice.delete(record.deviceId);
  }

  /** Open or acknowledged incidents of a device. */
  openOf(deviceId: string): Iterable<IncidentRecord> {
    return this.#openByDevice.get(deviceId)?.values() ?? [];
  }

  /** Every open or acknowledged incident. */
  *open(): Iterable<IncidentRecord> {
    for (const record of this.#newest.values()) if (record.state !== 'resolved') yield record;
  }

  /** Forgets what can no longer reopen. */
  prune(now: number): void {
    for (const [key, record] of this.#newest) {
      if (record.resolvedAt !== null && now - record.resolvedAt > this.#reopenWindowMs) this.#newest.delete(key);
    }
  }
}
