import { noSuch } from '../../../protocol/said/refused.ts';
import { inScope, type Scope } from '../../domain/scope.ts';
import type { TargetSpan } from '../../domain/sla/figure.ts';
import { reachability } from '../../domain/sla/reachability.ts';
import type { ServiceSource, Stretch } from '../../domain/sla/sources.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Agreements } from './agreements.ts';
import { factsOf, isBlamed, type LedgerBook } from './ledger-book.ts';
import type { ServiceEntry } from './measuring.ts';
import type { LedgerSubject } from './port.ts';
import { isExpected } from './rows.ts';

export interface SubjectNeeds {
  readonly store: Store;
  readonly book: LedgerBook;
  readonly agreements: Agreements;
  readonly services: () => ServiceSource | null;
  readonly now: () => number;
}

/** A device, a site or a service, as its ledger is read. */
export interface Subject {
  readonly name: string;
  readonly clientId: string;
  readonly targets: readonly TargetSpan[];
  /** Whether clauses of the contract may exclude something of it. */
  readonly isBlamed: boolean;
  stretches(from: number, to: number, withClauses?: boolean): Promise<readonly Stretch[]>;
}

/** Finds who is asked about: its stretches, targets and client. The function throws VigiaError not_found. */
export function createSubjects(needs: SubjectNeeds): (scope: Scope, wanted: LedgerSubject) => Promise<Subject> {
  const { store, book, agreements, services, now } = needs;

  return async function subjectOf(scope: Scope, { kind, id }: LedgerSubject): Promise<Subject> {
    if (kind === 'device') {
      const entry = await book.entry(scope, id);
      const facts = factsOf(entry);
      return {
        name: entry.record.info.name,
        clientId: facts.clientId,
        targets: agreements.ofDevice(facts),
        isBlamed: isBlamed(entry),
        stretches: (from, to, withClauses) => book.composed(entry, from, to, entry.attestations, withClauses),
      };
    }
    if (kind === 'site') {
      const site = await store.scoped(scope).sites.get(id);
      if (!site) throw noSuch('site');
      return {
        name: site.name,
        clientId: site.client_id,
        targets: agreements.ofSite(site.client_id),
        isBlamed: book.isAnybodyBlamed(site.client_id),
        async stretches(from, to, withClauses) {
          const here = [...book.ofClient(site.client_id)].filter((entry) => factsOf(entry).siteId === id);
          const expected = here.filter((entry) => isExpected(entry, agreements));
          const counted = expected.length > 0 ? expected : here;
          const ledgers = counted.map((entry) => book.composed(entry, from, to, entry.attestations, withClauses));
          return reachability(await Promise.all(ledgers));
        },
      };
    }
    const source = services();
    const service = source?.list().find((one: ServiceEntry) => one.id === id && inScope(scope, one.clientId));
    if (!source || !service) throw noSuch('service');
    return {
      name: service.name,
      clientId: service.clientId,
      targets: agreements.ofService(service),
      isBlamed: book.isAnybodyBlamed(service.clientId),
      stretches: (from, to, withClauses) => source.ledger(id, from, Math.min(to, now()), withClauses),
    };
  };
}
