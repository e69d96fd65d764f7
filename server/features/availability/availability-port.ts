import { noSuch } from '../../../protocol/said/refused.ts';
import type { Attestations } from './attestations.ts';
import { type AvailabilityReportNeeds, createAvailabilityReport } from './availability-report.ts';
import type { BudgetJudge } from './budget-judge.ts';
import { factsOf } from './ledger-book.ts';
import { createLedgerReading } from './ledger-reading.ts';
import type { SubjectNeeds } from './ledger-subjects.ts';
import type { AvailabilityPort } from './port.ts';

export interface AvailabilityPortOptions extends AvailabilityReportNeeds, SubjectNeeds {
  readonly attestations: Attestations;
  readonly judge: BudgetJudge;
}

/** Availability as the HTTP side asks for it. */
export function createAvailabilityPort(options: AvailabilityPortOptions): AvailabilityPort {
  const { store, book, attestations, judge } = options;
  return {
    report: createAvailabilityReport(options),
    ...createLedgerReading(options),
    budgets: (scope) => judge.atRisk(scope),
    attestations: (scope, deviceId) => attestations.list(scope, deviceId),
    attest: (scope, deviceId, input, actor) => attestations.attest(scope, deviceId, input, actor),
    async attestSite(scope, siteId, input, actor) {
      const site = await store.scoped(scope).sites.get(siteId);
      if (!site) throw noSuch('site');
      // Also those that nobody has asked about yet.
      for (const { id, site_id } of await store.scoped(scope).devices.all()) {
        if (site_id === siteId) await book.entry(scope, id);
      }
      const here = [...book.ofClient(site.client_id)].filter((entry) => factsOf(entry).siteId === siteId);
      return attestations.attestAll(scope, siteId, here, input, actor);
    },
    withdraw: (scope, id, actor) => attestations.withdraw(scope, id, actor),
  };
}
