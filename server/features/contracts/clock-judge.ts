import type { Judge } from '../../core/changes/judge.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { tick } from '../../domain/sla/clock.ts';
import { eachApart } from '../../platform/health/faults.ts';

/** Tells the assignee that 80 % of the time is spent, and the owner of a breach: each once. */
export function createClockJudge(book: IncidentBook): Judge {
  return {
    about: 'response clocks',
    judge(changes, now) {
      const running: IncidentRecord[] = [];
      for (const record of book.open()) if (record.clock) running.push(record);
      eachApart(running, (record) => {
        const news = record.clock && tick(record.clock, now);
        if (!news) return;
        const step = book.settle(
          {
            record: { ...record, clock: news.clock, updatedAt: now },
            event: { kind: 'clock', at: now, by: null, text: news.sentence },
            notice: { kind: news.kind, tellAt: now },
          },
          record,
          now,
        );
        changes.addIncident(null, step);
      });
    },
  };
}
