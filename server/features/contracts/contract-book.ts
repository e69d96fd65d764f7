import type { Calendar, ContractTerms } from '../../../protocol/api/contract.ts';
import { movedBack, type SetBack } from '../../domain/moved-back.ts';
import { endOfDate, startOfDate } from '../../domain/sla/local-time.ts';
import { serviceHours } from '../../domain/sla/service-hours.ts';
import type { TermsInForce, TermsSource } from '../../domain/sla/sources.ts';
import { readTerms } from '../../domain/sla/terms.ts';
import type { Row } from '../../platform/store/tables.ts';

/** A version of a client's contract as it was made. Times are ms since 1970. */
export interface StoredTerms {
  readonly version: number;
  readonly effectiveAt: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly terms: ContractTerms;
}

/** Every contract with all its versions, in memory. */
export class ContractBook implements TermsSource {
  readonly #versions = new Map<string, readonly StoredTerms[]>();
  readonly #inForce = new Map<string, readonly TermsInForce[]>();

  constructor(rows: readonly Row<'contract_version'>[] = []) {
    for (const row of rows) {
      this.add(row.client_id, {
        version: row.version,
        effectiveAt: row.effective_at,
        createdAt: row.created_at,
        createdBy: row.created_by,
        terms: readTerms(row.terms_json),
      });
    }
  }

  /** In the order of their versions. */
  add(clientId: string, version: StoredTerms): void {
    const versions = [...this.versions(clientId), version];
    this.#versions.set(clientId, versions);
    this.#inForce.set(clientId, spans(versions));
  }

  /** The clock was set back to `now` (ms): what was made by it moves as it does in the database. */
  redate(now: number, step: SetBack): void {
    for (const [clientId, versions] of [...this.#versions]) {
      const moved = versions.map((one) => {
        const createdAt = movedBack(one.createdAt, now, step);
        return { ...one, createdAt, effectiveAt: one.effectiveAt === one.createdAt ? createdAt : one.effectiveAt };
      });
      this.#versions.set(clientId, moved);
      this.#inForce.set(clientId, spans(moved));
    }
  }

  /** A book that differs from this one by a version. */
  with(clientId: string, version: StoredTerms): ContractBook {
    const book = new ContractBook();
    for (const [id, versions] of this.#versions) book.#versions.set(id, versions);
    for (const [id, inForce] of this.#inForce) book.#inForce.set(id, inForce);
    book.add(clientId, version);
    return book;
  }

  /** Clients with a contract. */
  clientIds(): string[] {
    return [...this.#versions.keys()];
  }

  /** Oldest first. */
  versions(clientId: string): readonly StoredTerms[] {
    return this.#versions.get(clientId) ?? [];
  }

  inForce(clientId: string): readonly TermsInForce[] {
    return this.#inForce.get(clientId) ?? [];
  }

  at(clientId: string, at: number): TermsInForce | null {
    return this.inForce(clientId).find(({ from, until }) => from <= at && at < until) ?? null;
  }

  calendar(terms: ContractTerms, siteId: string | null): Calendar {
    return serviceHours(terms, siteId);
  }
}

/** When the first version begins to count: with its first day. A later one cannot count before it was made. */
export function effectiveFrom(version: number, terms: ContractTerms, madeAt: number): number {
  const start = startOfDate(terms.startsOn, terms.calendar.timeZone);
  return version === 1 ? start : Math.max(start, madeAt);
}

/** A version counts until a later one begins to, or its last day is over. What it covers is never given to another afterwards. */
function spans(versions: readonly StoredTerms[]): TermsInForce[] {
  const found: TermsInForce[] = [];
  let limit = Number.POSITIVE_INFINITY;
  for (const { version, effectiveAt, terms } of versions.toReversed()) {
    const end = terms.endsOn === null ? limit : Math.min(limit, endOfDate(terms.endsOn, terms.calendar.timeZone));
    if (effectiveAt < end) found.unshift({ version, from: effectiveAt, until: end, terms });
    limit = Math.min(limit, effectiveAt);
  }
  return found;
}
