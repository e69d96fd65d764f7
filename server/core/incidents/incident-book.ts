import { randomUUID } from 'node:crypto';
import {
  type IncidentRecord,
  type IncidentStep,
  incidentKey,
  type StepPolicy,
  type Subject,
} from '../../domain/incidents/incident.ts';
import { stepIncident } from '../../domain/incidents/step-incident.ts';
import type { Verdict } from '../../domain/rules/detection.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Faults } from '../../platform/health/faults.ts';
import type { Store } from '../../platform/store/store.ts';
import { IncidentIndex, type Incidents } from './incident-index.ts';
import { toRecord } from './rows.ts';

/** What the book holds and decides. */
export type { IncidentRecord, IncidentStep };

/**
 * The newest incident of each key, as far as it still matters: open, or resolved so lately that it may reopen. The lane of the
 * watch decides on it, one task after the other; everybody else looks at `shown`, which follows when a decision is durable.
 */
export class IncidentBook {
  /** What the database holds. */
  readonly shown: Incidents;
  readonly #durable = new IncidentIndex();
  readonly #working = new IncidentIndex();
  /** Keys decided on by the task that the lane runs, and not written yet. */
  readonly #decided = new Set<string>();
  readonly #store: Store;
  readonly #reopenWindowMs: number;
  readonly #policies: StepPolicy[] = [];
  readonly #onWritten: ((isWritten: boolean) => void)[] = [];
  #faults: Pick<Faults, 'guard'> | null = null;

  constructor(store: Store, reopenWindowMs: number) {
    this.#store = store;
    this.#reopenWindowMs = reopenWindowMs;
    this.shown = this.#durable;
  }

  async load(now: number): Promise<void> {
    const rows = await this.#store.scoped(everyClient).incidents.recent(now - this.#reopenWindowMs);
    // Newest first: of several with one key the first stands.
    for (const row of rows.reverse()) this.put(toRecord(row));
    this.keep();
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

  /** Decides what a verdict makes of an incident. Null if it changes nothing. */
  step(verdict: Verdict, subject: Subject, tellAt?: number): IncidentStep | null {
    const current = this.byKey(incidentKey(subject, verdict.rule, verdict.object));
    const step = stepIncident(current, verdict, subject, {
      newId: randomUUID,
      reopenWindowMs: this.#reopenWindowMs,
      ...(tellAt === undefined ? {} : { tellAt }),
    });
    return step && this.settle(step, current, verdict.at);
  }

  /** Decides on a step that something else than a verdict caused: what a person did, a clock that ran out. */
  settle(step: IncidentStep, before: IncidentRecord | null, at: number): IncidentStep {
    const faults = this.#faults;
    const settled = this.#policies.reduce((current, policy) => {
      const apply = (): IncidentStep => policy(current, before, at);
      return faults ? faults.guard('what explains, times and silences incidents', apply, current) : apply();
    }, step);
    this.put(settled.record);
    return settled;
  }

  /** Called when what was decided is durable, or is taken back: for what a policy remembers. */
  onWritten(listener: (isWritten: boolean) => void): void {
    this.#onWritten.push(listener);
  }

  /** What was decided is durable. */
  keep(): void {
    for (const key of this.#decided) this.#durable.set(key, this.#working.byKey(key));
    this.#end(true);
  }

  /** What was decided was not written, and is not so. */
  takeBack(): void {
    for (const key of this.#decided) this.#working.set(key, this.#durable.byKey(key));
    this.#end(false);
  }

  #end(isWritten: boolean): void {
    this.#decided.clear();
    for (const listener of this.#onWritten) listener(isWritten);
  }

  byKey(key: string): IncidentRecord | null {
    return this.#working.byKey(key);
  }

  byId(id: string): IncidentRecord | null {
    return this.#working.byId(id);
  }

  /** Decides that this is what stands, until it is kept or taken back. */
  put(record: IncidentRecord): void {
    // What people do to an incident of the past must not hide the one that goes on.
    const newest = this.byKey(record.key);
    if (newest && newest.id !== record.id && newest.openedAt > record.openedAt) return;
    this.#working.set(record.key, record);
    this.#decided.add(record.key);
  }

  openOf(deviceId: string): Iterable<IncidentRecord> {
    return this.#working.openOf(deviceId);
  }

  open(): Iterable<IncidentRecord> {
    return this.#working.open();
  }

  /** Open, or so lately over that it may reopen. */
  known(): Iterable<IncidentRecord> {
    return this.#working.known();
  }

  /** Forgets what can no longer reopen. */
  prune(now: number): void {
    this.#working.prune(now - this.#reopenWindowMs);
    this.#durable.prune(now - this.#reopenWindowMs);
  }
}
