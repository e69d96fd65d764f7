import { said } from '../../../protocol/said/said.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { Judge } from '../../core/incidents/judge.ts';
import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { fourTimes } from '../../domain/incidents/incident-times.ts';
import { tick } from '../../domain/sla/clock.ts';
import { isUndecided } from '../../domain/sla/clock-verdict.ts';
import { withTimes } from '../../domain/sla/known-times.ts';
import type { ResponseClock } from '../../domain/sla/response-clock.ts';
import { eachApart } from '../../platform/health/faults.ts';
import type { ClockTermsSource } from './clock-terms.ts';

/** Tells the assignee that 80 % of the time is spent, and the owner of a breach: each once. */
export function createClockJudge(book: IncidentBook, source: ClockTermsSource): Judge {
  /**
   * Who answered what explains an incident has answered it too: one cause, one answer. But a person who reported the incident
   * itself waits for an answer of their own. Null if there is nothing new.
   */
  const answeredAbove = (record: IncidentRecord, now: number): ResponseClock | null => {
    const { clock, parentId, priority } = record;
    if (!clock || parentId === null || clock.reportedAt !== null || !isUndecided(clock)) return null;
    const above = book.byId(parentId);
    if (!above) return null;
    const cause = said('clock.cause', { why: 'answered_above' });
    const known = withTimes(clock, fourTimes(above), { at: now, priority, under: source.ofClock(record), cause });
    return known === clock ? null : known;
  };
  return {
    about: 'response clocks',
    judge(changes, now) {
      const running: IncidentRecord[] = [];
      for (const record of book.open()) if (record.clock) running.push(record);
      eachApart(running, (record) => {
        const answered = answeredAbove(record, now);
        if (answered) {
          const event = { kind: 'clock', at: now, by: null, said: said('clock.answered-above') } as const;
          const next = { ...record, clock: answered, updatedAt: now };
          changes.addIncident(null, book.settle({ record: next, event, notice: null }, record, now));
          return;
        }
        const news = record.clock && tick(record.clock, now);
        if (!news) return;
        const step = book.settle(
          {
            record: { ...record, clock: news.clock, updatedAt: now },
            event: { kind: 'clock', at: now, by: null, said: news.said },
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
