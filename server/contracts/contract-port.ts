import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Contract, ContractTerms, ContractTermsInput, ContractVersion } from '../../protocol/contract.ts';
import { VigiaError } from '../../protocol/error.ts';
import { fourTimes } from '../domain/incident-times.ts';
import { everyClient, inScope, type Scope } from '../domain/scope.ts';
import { checkTerms } from '../domain/sla/check-terms.ts';
import { recompute } from '../domain/sla/clock.ts';
import { isUndecided } from '../domain/sla/clock-verdict.ts';
import { withTimes } from '../domain/sla/known-times.ts';
import { localDate } from '../domain/sla/local-time.ts';
import { completeTerms } from '../domain/sla/terms.ts';
import { tiers, tierTerms } from '../domain/sla/tiers.ts';
import type { ChangeSet } from '../fleet/change-set.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Actor, ContractPort } from '../http/ports.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import type { Store } from '../store/store.ts';
import type { Act } from './act.ts';
import { recomputed } from './clock-policy.ts';
import { createClockTerms } from './clock-terms.ts';
import { type ContractBook, effectiveFrom, type StoredTerms } from './contract-book.ts';

export interface ContractPortOptions {
  readonly store: Store;
  readonly book: IncidentBook;
  readonly fleet: Fleet;
  readonly contracts: ContractBook;
  readonly timeZone: string;
  readonly act: Act;
  readonly now: () => number;
}

/** Reading contracts and making new versions of them. */
export function createContractPort(options: ContractPortOptions): ContractPort {
  const { store, book, fleet, contracts, timeZone, act, now } = options;

  function view(clientId: string, warnings: readonly string[] = []): Contract {
    const versions = contracts.versions(clientId);
    const current = versions.at(-1);
    const found = current ? checkTerms(current.terms, { now: now(), siteName: siteNameOf(clientId) }).warnings : [];
    return {
      clientId,
      current: current ? versionView(current) : null,
      versions: versions.toReversed().map(versionView),
      warnings: [...found, ...warnings],
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
    throw new VigiaError('not_found', 'There is no such client.');
  }

  /** Clocks that still run are computed anew from their start; how many are older than the contract and stay as they are. */
  function recomputeClocks(changes: ChangeSet, clientId: string, made: StoredTerms, at: number): number {
    const { version } = made;
    // As it will be once it is written.
    const draft = contracts.with(clientId, made);
    const source = createClockTerms(draft, timeZone);
    let older = 0;
    for (const record of [...book.open()]) {
      const { clock } = record;
      if (record.clientId !== clientId || !clock || !isUndecided(clock)) continue;
      const under = source.forRecomputing(record, at);
      if (under.version !== version) {
        older += Number(draft.at(clientId, clock.startedAt) === null);
        continue;
      }
      const cause = `Version ${version} of the contract was made.`;
      const computing = { at, priority: record.priority, under, cause };
      const next = withTimes(recompute(clock, computing), fourTimes(record), computing);
      if (next === clock) continue;
      const due = next.dueAt === clock.dueAt ? 'the due time stays' : 'the due time changes';
      const event = { kind: 'clock' as const, at, by: null, text: `${cause} For the response clock ${due}.` };
      const step = recomputed({ record: { ...record, updatedAt: at }, event, notice: null }, next);
      changes.addIncident(null, book.settle(step, record, at));
    }
    return older;
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
      return { warnings: [...accept(terms, { now: now(), siteName: (id) => id })] };
    },
    presets() {
      const startsOn = localDate(now(), timeZone);
      return tiers.map((tier) => ({ tier, terms: tierTerms(tier, { timeZone, startsOn }) }));
    },
    async put(scope, clientId, input: ContractTermsInput, actor: Actor) {
      await requireClient(scope, clientId);
      await fleet.loadCatalogue();
      const terms = completeTerms(input, contracts.versions(clientId).at(-1)?.terms);
      accept(terms, { now: now(), siteName: siteNameOf(clientId) });
      const warnings = await act((changes, at) => {
        const versions = contracts.versions(clientId);
        // The same terms again are no new version.
        if (isDeepStrictEqual(versions.at(-1)?.terms, terms)) return [];
        const version = versions.length + 1;
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
        const older = recomputeClocks(changes, clientId, made, at);
        return [...retroWarning(made), ...(older > 0 ? [olderWarning(older)] : [])];
      });
      return view(clientId, warnings);
    },
  };
}

/** The warnings of terms that can be used. @throws VigiaError contract_invalid with every fault */
function accept(terms: ContractTerms, context: Parameters<typeof checkTerms>[1]): readonly string[] {
  const { faults, warnings } = checkTerms(terms, context);
  if (faults.length > 0) throw new VigiaError('contract_invalid', faults.join(' '), { faults });
  return warnings;
}

function retroWarning({ version, effectiveAt, createdAt, terms }: StoredTerms): string[] {
  if (version > 1 || effectiveAt >= createdAt) return [];
  return [`The contract counts from ${terms.startsOn} on, also for what was measured before it was entered here.`];
}

function olderWarning(count: number): string {
  const what = count === 1 ? 'One open incident is' : `${count} open incidents are`;
  return `${what} older than the contract: the clock stays our internal target.`;
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
