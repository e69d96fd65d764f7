import { said } from '../../../protocol/said/said.ts';
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
import type { AddRoutes } from '../../platform/http/http.ts';
import type { Store } from '../../platform/store/store.ts';
import { createClockJudge } from './clock-judge.ts';
import { createClockPolicy, recomputed } from './clock-policy.ts';
import { createClockPort } from './clock-port.ts';
import { type ClockRouteNeeds, incidentClockRoutes } from './clock-routes.ts';
import { createClockTerms } from './clock-terms.ts';
import { ContractBook } from './contract-book.ts';
import { createContractPort } from './contract-port.ts';
import { contractRoutes } from './contract-routes.ts';
import { createHolidays } from './holidays.ts';
import type { ClockPort, ContractPort } from './port.ts';

export interface ContractsOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Fleet;
  readonly act: Act;
  readonly now: () => number;
  /** Shows what became of an incident whose clock was touched. */
  readonly incidents: ClockRouteNeeds['incidents'];
  /** Of the server: for clients without a contract, and what presets start from. */
  readonly timeZone?: string;
}

/** Contracts and response clocks. */
export interface Contracts {
  readonly terms: TermsSource;
  /** Add it after every policy that sets a parent or keeps an incident quiet. */
  readonly policy: StepPolicy;
  readonly name: string;
  readonly judges: readonly Judge[];
  readonly policies: readonly StepPolicy[];
  readonly routes: readonly AddRoutes[];
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
  const policy = createClockPolicy(source);
  const port = createContractPort({ ...options, contracts, timeZone });
  const clocks = createClockPort({ ...options, source });
  const holidays = createHolidays(store.settings, options.act);
  return {
    name: 'contracts',
    terms: contracts,
    policy,
    port,
    clocks,
    judges: [{ ...createClockJudge(book, source), clockSet: (set) => contracts.redate(set.now, set) }],
    policies: [policy],
    routes: [
      (http) => incidentClockRoutes(http, { incidents: options.incidents, clocks }),
      (http) => contractRoutes(http, { contracts: port, holidays }),
    ],
    withReport(step, reportedAt, at) {
      const { record } = step;
      const { clock, priority } = record;
      const isExplained = record.parentId !== null && record.suppressedBy === null && record.state !== 'resolved';
      if (!clock && !isExplained) return step;
      const under = source.at(record, reportedAt);
      const cause = said('clock.cause', { why: 'reported' });
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
