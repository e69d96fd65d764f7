import type { IncidentRecord } from '../../domain/incidents/incident.ts';
import { endOfDate } from '../../domain/sla/local-time.ts';
import type { ClockTerms } from '../../domain/sla/response-clock.ts';
import { tierTerms } from '../../domain/sla/tiers.ts';
import type { ContractBook, StoredTerms } from './contract-book.ts';

/** Which terms count for the clock of an incident. */
export interface ClockTermsSource {
  /** Those that are in force at an instant; without a contract our own target. */
  at(record: IncidentRecord, at: number): ClockTerms;
  /** Those its clock was last computed under, whatever was agreed since. */
  ofClock(record: IncidentRecord): ClockTerms;
  /** For another computation of a clock that runs: what is in force now, or after the contract's end what it started with. */
  forRecomputing(record: IncidentRecord, at: number): ClockTerms;
}

const FOR_EVER = Number.POSITIVE_INFINITY;

/** `timeZone`: of the server, for clients without a contract. */
export function createClockTerms(contracts: ContractBook, timeZone: string): ClockTermsSource {
  const ownTerms = tierTerms('standard', { timeZone, startsOn: '1970-01-01' });
  const own = (siteId: string | null): ClockTerms => ({ version: null, terms: ownTerms, siteId, until: FOR_EVER });
  function contracted({ version, terms }: Pick<StoredTerms, 'version' | 'terms'>, siteId: string | null): ClockTerms {
    const { endsOn, calendar } = terms;
    return { version, terms, siteId, until: endsOn === null ? FOR_EVER : endOfDate(endsOn, calendar.timeZone) };
  }
  function at({ clientId, siteId }: IncidentRecord, when: number): ClockTerms {
    const current = contracts.at(clientId, when);
    return current ? contracted(current, siteId) : own(siteId);
  }
  function ofClock({ clientId, siteId, clock }: IncidentRecord): ClockTerms {
    const version = clock?.computations.at(-1)?.contractVersion ?? null;
    const made = contracts.versions(clientId).find((each) => each.version === version);
    return made ? contracted(made, siteId) : own(siteId);
  }
  return {
    at,
    ofClock,
    forRecomputing(record, when) {
      // An incident that is older than the contract stays our own target; one that outlives it keeps its terms.
      const began = record.clock && at(record, record.clock.startedAt).version;
      const current = at(record, when);
      return began === null || current.version === null ? ofClock(record) : current;
    },
  };
}
