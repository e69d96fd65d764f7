import { randomUUID } from 'node:crypto';
import type { Verdict } from '../domain/detection.ts';
import {
  type IncidentRecord,
  type IncidentStep,
  incidentKey,
  type StepPolicy,
  type Subject,
  stepIncident,
} from '../domain/incident.ts';
import { everyClient } from '../domain/scope.ts';
import type { Faults } from '../faults.ts';
import type { Store } from '../store/store.ts';
import { toRecord } from './rows.ts';

/** The newest incident of each key, as far as it still matters: open, or resolved so lately that it may reopen. */
export class IncidentBook {
  readonly #newest = new Map<string, IncidentRecord>();
  readonly #openByDevice = new Map<string, Map<string, IncidentRecord>>();
  readonly #store: Store;
  readonly #reopenWindowMs: number;
  readonly #policies: StepPolicy[] = [];
  #faults: Pick<Faults, 'guard'> | null = null;

  constructor(store: Store, reopenWindowMs: number) {
    this.#store = store;
    this.#reopenWindowMs = reopenWindowMs;
  }

  async load(now: number): Promise<void> {
    const rows = await this.#store.scoped(everyClient).incidents.recent(now - this.#reopenWindowMs);
    // Newest first: of several with one key the first stands.
    for (const row of rows.reverse()) this.put(toRecord(row));
  }

  /** Every later step passes it, after those that were added before. Wired once, before the first report. */
  addPolicy(policy: StepPolicy): void {
    this.#policies.push(policy);
  }

  /** A policy that throws is left out from now on, for that step: the incident counts more than what it would have added. */
  guardPolicies(faults: Pick<Faults, 'guard'>): void {
    this.#faults = faults;
  }

  /** Every later step passes it before all others: what explains an incident decides whether it gets a clock. */
  addFirstPolicy(policy: StepPolicy): void {
    this.#policies.unshift(policy);
  }

  /** Applies a verdict, in memory. Null if it changes nothing. */
  step(verdict: Verdict, subject: Subject, tellAt?: number): IncidentStep | null {
    const current = this.#newest.get(incidentKey(subject, verdict.rule, verdict.object)) ?? null;
    const step = stepIncident(current, verdict, subject, {
      newId: randomUUID,
      reopenWindowMs: this.#reopenWindowMs,
      ...(tellAt === undefined ? {} : { tellAt }),
    });
    return step && this.settle(step, current, verdict.at);
  }

  /** Applies a step that something else than a verdict caused, in memory: what a person did, a clock that ran out. */
  settle(step: IncidentStep, before: IncidentRecord | null, at: number): IncidentStep {
    const faults = this.#faults;
    const settled = this.#policies.reduce((current, policy) => {
      const apply = (): IncidentStep => policy(current, before, at);
      return faults ? faults.guard('what explains, times and silences incidents', apply, current) : apply();
    }, step);
    this.put(settled.record);
    return settled;
  }

  /** The newest incident of a key, as far as it still matters. */
  byKey(key: string): IncidentRecord | null {
    return this.#newest.get(key) ?? null;
  }

  /** An incident that is open, or was lately. */
  byId(id: string): IncidentRecord | null {
    for (const record of this.#newest.values()) if (record.id === id) return record;
    return null;
  }

  put(record: IncidentRecord): void {
    // What people do to an incident of the past must not hide the one that goes on.
    const newest = this.#newest.get(record.key);
    if (newest && newest.id !== record.id && newest.openedAt > record.openedAt) return;
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
