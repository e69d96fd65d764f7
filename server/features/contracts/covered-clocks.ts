import type { ClocksFrom, ContractTerms, OlderIncidents } from '../../../protocol/api/contract.ts';
import { said } from '../../../protocol/said/said.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import { isUndecided } from '../../domain/sla/clock-verdict.ts';
import { recomputed } from './clock-policy.ts';
import { createClockTerms } from './clock-terms.ts';
import { type ContractBook, effectiveFrom, type StoredTerms } from './contract-book.ts';
import { anew, countOlder, fromToday, type OlderClock } from './older-incidents.ts';

export interface CoveredClockNeeds {
  readonly book: IncidentBook;
  readonly contracts: ContractBook;
  readonly timeZone: string;
}

/** The clocks that a new version of a contract covers. */
export interface CoveredClocks {
  olderOf(clientId: string, terms: ContractTerms, at: number): OlderIncidents | null;
  recomputeClocks(
    changes: ChangeSet,
    clientId: string,
    made: StoredTerms,
    at: number,
    clocksFrom: ClocksFrom | undefined,
  ): number;
}

export function createCoveredClocks({ book, contracts, timeZone }: CoveredClockNeeds): CoveredClocks {
  /** The clocks that still run and that a version covers, with what it makes of them. */
  function covered(clientId: string, made: StoredTerms, at: number): readonly OlderClock[] {
    // As it will be once it is written.
    const source = createClockTerms(contracts.with(clientId, made), timeZone);
    const cause = said('clock.cause.contract', { version: made.version });
    return [...book.open()].flatMap((record) => {
      const { clock, priority } = record;
      if (record.clientId !== clientId || !clock || !isUndecided(clock)) return [];
      const under = source.forRecomputing(record, at);
      return under.version === made.version ? [{ record, clock, computing: { at, priority, under, cause } }] : [];
    });
  }

  /** What the client's first contract reaches back to; null if it does not. */
  function olderOf(clientId: string, terms: ContractTerms, at: number): OlderIncidents | null {
    const effectiveAt = effectiveFrom(1, terms, at);
    if (contracts.versions(clientId).length > 0 || effectiveAt >= at) return null;
    return countOlder(covered(clientId, { version: 1, effectiveAt, createdAt: at, createdBy: '', terms }, at));
  }

  /** Clocks that still run are computed anew from their start; how many are older than the contract and stay as they are. */
  function recomputeClocks(
    changes: ChangeSet,
    clientId: string,
    made: StoredTerms,
    at: number,
    clocksFrom: ClocksFrom | undefined,
  ): number {
    const isAnew = made.version === 1 && made.effectiveAt < at && clocksFrom === 'today';
    for (const older of covered(clientId, made, at)) {
      const { record, clock, computing } = older;
      const next = isAnew ? fromToday(older) : anew(older);
      if (next === clock) continue;
      const how = isAnew ? 'from_today' : next.dueAt === clock.dueAt ? 'stays' : 'changes';
      const changed = said('clock.contract', { cause: computing.cause, how });
      const event = { kind: 'clock' as const, at, by: null, said: changed };
      const step = recomputed({ record: { ...record, updatedAt: at }, event, notice: null }, next);
      changes.addIncident(null, book.settle(step, record, at));
    }
    const draft = contracts.with(clientId, made);
    const running = [...book.open()].filter(
      ({ clientId: id, clock }) => id === clientId && clock && isUndecided(clock),
    );
    return running.filter(({ clock }) => clock && draft.at(clientId, clock.startedAt) === null).length;
  }

  return { olderOf, recomputeClocks };
}
