import type { ChangeSet } from '../../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../../core/incidents/incident-book.ts';
import type { ClockSet, Judge } from '../../../core/incidents/judge.ts';
import { toRecord } from '../../../core/incidents/rows.ts';
import type { IncidentRecord } from '../../../domain/incidents/incident.ts';
import {
  endOutage,
  type OutageClock,
  type OutageNews,
  partlyBack,
  tickOutage,
} from '../../../domain/incidents/outage-clock.ts';
import { redateIncident } from '../../../domain/incidents/redate-incident.ts';
import { movedBack } from '../../../domain/moved-back.ts';
import { everyClient } from '../../../domain/scope.ts';
import { eachApart } from '../../../platform/health/faults.ts';
import type { Store } from '../../../platform/store/store.ts';
import type { OutageSource } from './source.ts';

export interface OutageJudgeOptions {
  readonly store: Pick<Store, 'scoped'>;
  readonly book: Pick<IncidentBook, 'byId' | 'settle'>;
  readonly source: OutageSource;
}

/** Warns before an RTO is breached and when it is, and ends the clock of what was back in part alone. */
export class OutageJudge implements Judge {
  readonly about = 'recovery time';
  readonly #options: OutageJudgeOptions;
  /** Incidents whose outage goes on, as they were written last; also resolved ones, of what is back in part. */
  readonly #running = new Map<string, IncidentRecord>();

  constructor(options: OutageJudgeOptions) {
    this.#options = options;
  }

  async load(): Promise<void> {
    const rows = await this.#options.store.scoped(everyClient).incidents.withOutage();
    for (const row of rows) this.#follow(toRecord(row));
  }

  /** Follows what is durable. */
  take({ incidents }: ChangeSet): void {
    for (const { record } of incidents) this.#follow(record);
  }

  clockSet(set: ClockSet): void {
    for (const [id, record] of this.#running) {
      this.#running.set(
        id,
        redateIncident(record, (at) => movedBack(at, set.now, set)),
      );
    }
  }

  judge(changes: ChangeSet, now: number): void {
    const { book } = this.#options;
    eachApart([...this.#running], ([id, held]) => {
      const record = book.byId(id) ?? held;
      const { outage } = record;
      if (!outage || outage.restoredAt !== null) return;
      const news = this.#newsOf(record, outage, now);
      if (!news) return;
      const step = {
        record: { ...record, outage: news.clock, updatedAt: now },
        event: { kind: 'clock', at: now, by: null, said: news.said } as const,
        notice: news.kind && { kind: news.kind, tellAt: now },
      };
      changes.addIncident(null, book.settle(step, record, now));
    });
  }

  /** What is resolved is back at least in part. */
  #newsOf(record: IncidentRecord, outage: OutageClock, now: number): OutageNews | null {
    if (record.state !== 'resolved') return tickOutage(outage, now);
    const waiting = this.#options.source.waitingFor(record);
    const resolvedAt = record.resolvedAt ?? now;
    if (waiting.length === 0) return endOutage(outage, outage.partialAt === null ? resolvedAt : now);
    return partlyBack(outage, waiting, resolvedAt) ?? tickOutage(outage, now);
  }

  #follow(record: IncidentRecord): void {
    if (record.outage && record.outage.restoredAt === null) this.#running.set(record.id, record);
    else this.#running.delete(record.id);
  }
}
