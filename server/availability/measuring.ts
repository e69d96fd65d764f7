import type { PeriodName } from '../../protocol/availability.ts';
import { CompactLedger, type Measure } from '../domain/sla/compact-ledger.ts';
import { type Measurement, measure, type Period, type TargetSpan } from '../domain/sla/figure.ts';
import { periodOf } from '../domain/sla/period.ts';
import type { ServiceSource, Stretch } from '../domain/sla/sources.ts';
import type { Agreements } from './agreements.ts';
import { type BookEntry, factsOf, type LedgerBook } from './ledger-book.ts';

/** What was asked for: a named period, cut in the zones of each contract, or two instants. */
export type WantedPeriod =
  | { readonly name: Exclude<PeriodName, 'custom'> }
  | { readonly name: 'custom'; readonly from: number; readonly to: number };

export type ServiceEntry = ReturnType<ServiceSource['list']>[number];

export interface Measurements {
  readonly always: Measurement;
  /** Inside the contract's service hours; null without a contract. */
  readonly serviceHours: Measurement | null;
  /** Round the clock, with what clauses of the contract exclude as down; null where they exclude nothing. */
  readonly withoutClauses: Measurement | null;
}

/** One pass over many subjects at one instant: what they share is worked out once. */
export class Measuring {
  readonly #book: LedgerBook;
  readonly #agreements: Agreements;
  readonly #wanted: WantedPeriod;
  readonly #now: number;
  readonly #periods = new Map<string, Period>();
  readonly #hours = new Map<string, Measure | null>();

  constructor(book: LedgerBook, agreements: Agreements, wanted: WantedPeriod, now: number) {
    this.#book = book;
    this.#agreements = agreements;
    this.#wanted = wanted;
    this.#now = now;
  }

  /** The instants of the period for a client; for nobody in particular: in the server's zone. */
  period(clientId: string | null): Period {
    const wanted = this.#wanted;
    if (wanted.name === 'custom') return wanted;
    const zones = this.#agreements.zones(clientId);
    // Clients of one zone share what is worked out of it.
    const key = zones.length === 1 ? (zones[0]?.timeZone ?? '') : `client ${clientId}`;
    let period = this.#periods.get(key);
    if (!period) {
      period = periodOf(wanted.name, zones, this.#now);
      this.#periods.set(key, period);
    }
    return period;
  }

  device(entry: BookEntry): Measurements {
    const facts = factsOf(entry);
    const period = this.period(facts.clientId);
    const measured = this.#book.measured(entry, period.from, period.to);
    const targets = this.#agreements.ofDevice(facts);
    const inside = this.#inside(facts.clientId, facts.siteId, period);
    return {
      always: measure(measured, period, targets),
      serviceHours: inside && measure(measured, period, targets, inside),
      withoutClauses: withoutClauses(this.#book, entry, period, targets),
    };
  }

  async service(source: ServiceSource, service: ServiceEntry): Promise<Measurements> {
    const { from, to } = this.period(service.clientId);
    return this.serviceOf(service, to > from ? await source.ledger(service.id, from, Math.min(to, this.#now)) : []);
  }

  /** The same of a ledger that covers the period. */
  serviceOf(service: ServiceEntry, stretches: readonly Stretch[]): Measurements {
    const period = this.period(service.clientId);
    const measured = {
      ledger: CompactLedger.of(stretches),
      from: stretches[0]?.start ?? period.to,
      until: stretches.at(-1)?.end ?? period.to,
      end: Number.POSITIVE_INFINITY,
    };
    const targets = this.#agreements.ofService(service);
    const inside = this.#inside(service.clientId, null, period);
    return {
      always: measure(measured, period, targets),
      serviceHours: inside && measure(measured, period, targets, inside),
      withoutClauses: null,
    };
  }

  #inside(clientId: string, siteId: string | null, { from, to }: Period): Measure | null {
    const key = `${clientId}/${siteId ?? ''}`;
    let inside = this.#hours.get(key);
    if (inside === undefined) {
      inside = this.#agreements.openTime(clientId, siteId, from, to)?.between ?? null;
      this.#hours.set(key, inside);
    }
    return inside;
  }
}

/** The figure without the clauses of the contract, null where they exclude nothing of the device in the period. */
export function withoutClauses(
  book: LedgerBook,
  entry: BookEntry,
  period: Period,
  targets: readonly TargetSpan[],
): Measurement | null {
  if (entry.attestations.every(({ responsibility }) => responsibility === null)) return null;
  const without = measure(book.measured(entry, period.from, period.to, false), period, targets);
  const withThem = measure(book.measured(entry, period.from, period.to), period, targets);
  return without.whole.excludedMs === withThem.whole.excludedMs ? null : without;
}
