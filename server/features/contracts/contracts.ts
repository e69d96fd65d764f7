import type { Act } from '../../core/incidents/act.ts';
import type { IncidentBook } from '../../core/incidents/incident-book.ts';
import type { Judge } from '../../core/incidents/judge.ts';
import type { IncidentStep, StepPolicy } from '../../domain/incidents/incident.ts';
import { fourTimes } from '../../domain/incidents/incident-times.ts';
import { everyClient } from '../../domain/scope.ts';
import { startClock } from '../../domain/sla/clock.ts';
import { reportTo, withTimes } from '../../domain/sla/known-times.ts';
import type { TermsSource } from '../../domain/sla/sources.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import { createClockJudge } from './clock-judge.ts';
import { createClockPolicy, recomputed } from './clock-policy.ts';
import { createClockPort } from './clock-port.ts';
import { createClockTerms } from './clock-terms.ts';
import { ContractBook } from './contract-book.ts';
import { createContractPort } from './contract-port.ts';
import type { ClockPort, ContractPort } from './port.ts';

export interface ContractsOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Fleet;
  readonly act: Act;
  readonly now: () => number;
  /** Of the server: for clients without a contract, and what presets start from. */
  readonly timeZone?: string;
}

/** Contracts and response clocks. */
export interface Contracts {
  readonly terms: TermsSource;
  /** Add it after every policy that sets a parent or keeps an incident quiet. */
  readonly policy: StepPolicy;
  readonly judge: Judge;
  readonly port: ContractPort;
  readonly clocks: ClockPort;
  /**
   * A person reported what the incident of this step is about: its clock becomes the contract's, from the report on. To be
   * called on the step that links the report, before it is settled.
   */
  withReport(step: IncidentStep, reportedAt: number, at: number): IncidentStep;
}

export async function createContracts(options: ContractsOptions): Promise<Contracts> {
  const { store, book } = options;
  const timeZone = options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const contracts = new ContractBook(await store.scoped(everyClient).contracts.all());
  const source = createClockTerms(contracts, timeZone);
  return {
    terms: contracts,
    policy: createClockPolicy(source),
    judge: createClockJudge(book, source),
    port: createContractPort({ ...options, contracts, timeZone }),
    clocks: createClockPort({ ...options, source }),
    withReport(step, reportedAt, at) {
      const { record } = step;
      const { clock, priority } = record;
      const isExplained = record.parentId !== null && record.suppressedBy === null && record.state !== 'resolved';
      if (!clock && !isExplained) return step;
      const under = source.at(record, reportedAt);
      const cause = 'A person reported it.';
      const computing = { at, priority, under, cause };
      if (!clock) {
        const begun = startClock({ ...computing, startedAt: reportedAt, reportedAt, previous: null });
        return recomputed(step, withTimes(begun, fourTimes(record), computing));
      }
      const { takenAt, recovered } = record.times;
      // What ended by itself after a person had taken it was not restored for whoever reports it now.
      const report = { reportedAt, times: fourTimes(record), byItself: recovered && takenAt === null };
      return recomputed(step, reportTo(clock, report, computing));
    },
  };
}
