import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Contract, ContractTerms, ContractTermsInput, ContractVersion } from '../../../protocol/api/contract.ts';
import { plain } from '../../../protocol/said/plain.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { Actor } from '../../domain/actor.ts';
import { everyClient, inScope, type Scope } from '../../domain/scope.ts';
import { checkTerms } from '../../domain/sla/check-terms.ts';
import { localDate } from '../../domain/sla/local-time.ts';
import { completeTerms } from '../../domain/sla/terms.ts';
import { tiers, tierTerms } from '../../domain/sla/tiers.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import { effectiveFrom, type StoredTerms } from './contract-book.ts';
import { type CoveredClockNeeds, createCoveredClocks } from './covered-clocks.ts';
import { requireAnswer } from './older-incidents.ts';
import type { ContractPort } from './port.ts';

export interface ContractPortOptions extends CoveredClockNeeds {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly act: Act;
  readonly now: () => number;
}

/** Reading contracts and making new versions of them. */
export function createContractPort(options: ContractPortOptions): ContractPort {
  const { store, fleet, contracts, timeZone, act, now } = options;
  const { olderOf, recomputeClocks } = createCoveredClocks(options);

  function view(clientId: string, warnings: readonly Said[] = []): Contract {
    const versions = contracts.versions(clientId);
    const current = versions.at(-1);
    const found = current ? checkTerms(current.terms, { now: now(), siteName: siteNameOf(clientId) }).warnings : [];
    return {
      clientId,
      current: current ? versionView(current) : null,
      versions: versions.toReversed().map(versionView),
      ...warningsView([...found, ...warnings]),
    };
  }

  /** The command line makes sites as well, so a name may be new to memory. */
  const siteNameOf =
    (clientId: string) =>
    (siteId: string): string | null => {
      const site = fleet.sites.get(siteId);
      return site?.client_id === clientId ? site.name : null;
    };

  async function requireClient(scope: Scope, clientId: string): Promise<void> {
    if (await store.scoped(scope).clients.get(clientId)) return;
    throw noSuch('client');
  }

  return {
    list: (scope) =>
      contracts
        .clientIds()
        .filter((id) => inScope(scope, id))
        .map((id) => view(id)),
    async get(scope, clientId) {
      await requireClient(scope, clientId);
      return view(clientId);
    },
    check(input) {
      const terms = completeTerms(input);
      return warningsView(accept(terms, { now: now(), siteName: (id) => id }));
    },
    async older(scope, input, clientId) {
      await requireClient(scope, clientId);
      return olderOf(clientId, completeTerms(input), now());
    },
    presets() {
      const startsOn = localDate(now(), timeZone);
      return tiers.map((tier) => ({ tier, terms: tierTerms(tier, { timeZone, startsOn }) }));
    },
    async put(scope, clientId, input: ContractTermsInput, actor: Actor, clocksFrom) {
      await requireClient(scope, clientId);
      await fleet.loadCatalogue();
      const terms = completeTerms(input, contracts.versions(clientId).at(-1)?.terms);
      accept(terms, { now: now(), siteName: siteNameOf(clientId) });
      const warnings = await act(actor, 'contract.put', scope, (changes, at) => {
        const versions = contracts.versions(clientId);
        const record = (version: number | undefined): void =>
          changes.record(clientId, { version, ...(clocksFrom && { clocksFrom }) });
        record(versions.at(-1)?.version);
        // The same terms again are no new version.
        if (isDeepStrictEqual(versions.at(-1)?.terms, terms)) return [];
        const reached = olderOf(clientId, terms, at);
        if (reached) requireAnswer(reached, clocksFrom);
        const version = versions.length + 1;
        record(version);
        const effectiveAt = effectiveFrom(version, terms, at);
        const made: StoredTerms = { version, effectiveAt, createdAt: at, createdBy: actor.name, terms };
        changes.afterwards(() => contracts.add(clientId, made));
        changes.add(
          store.scoped(everyClient).contracts.insertStatement({
            id: randomUUID(),
            client_id: clientId,
            version,
            effective_at: effectiveAt,
            terms_json: JSON.stringify(terms),
            created_at: at,
            created_by: actor.name,
          }),
        );
        const older = recomputeClocks(changes, clientId, made, at, clocksFrom);
        return [...retroWarning(made), ...(older > 0 ? [said('warned.contract.older', { count: older })] : [])];
      });
      return view(clientId, warnings);
    },
  };
}

/** The warnings of terms that can be used. @throws VigiaError contract_invalid with every fault */
function accept(terms: ContractTerms, context: Parameters<typeof checkTerms>[1]): readonly Said[] {
  const { faults, warnings } = checkTerms(terms, context);
  if (faults.length > 0) {
    const sentences = faults.map((fault) => plain(fault, 0));
    throw refused('contract_invalid', said('refused.terms', { faults }), { faults: sentences });
  }
  return warnings;
}

function retroWarning({ version, effectiveAt, createdAt, terms }: StoredTerms): Said[] {
  if (version > 1 || effectiveAt >= createdAt) return [];
  return [said('warned.contract.retro', { on: terms.startsOn })];
}

function warningsView(said: readonly Said[]): Pick<Contract, 'warnings' | 'warningsSaid'> {
  return { warnings: said.map((one) => plain(one, 0)), warningsSaid: [...said] };
}

function versionView({ version, effectiveAt, createdAt, createdBy, terms }: StoredTerms): ContractVersion {
  return {
    version,
    effectiveAt: new Date(effectiveAt).toISOString(),
    createdAt: new Date(createdAt).toISOString(),
    createdBy,
    terms,
  };
}
