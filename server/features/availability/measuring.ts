import type { PeriodName } from '../../../protocol/api/availability.ts';
import { CompactLedger, type Measure } from '../../domain/sla/compact-ledger.ts';
import { type Measured, type Measurement, measure, type Period, type TargetSpan } from '../../domain/sla/figure.ts';
import { periodOf } from '../../domain/sla/period.ts';
import type { ServiceSource, Stretch } from '../../domain/sla/sources.ts';
import type { Agreements } from './agreements.ts';
import { type BookEntry, factsOf, isBlamed, type LedgerBook } from './ledger-book.ts';

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
  /** The same inside the service hours. */
  readonly serviceHoursWithoutClauses: Measurement | null;
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
    const without = isBlamed(entry) ? this.#book.measured(entry, period.from, period.to, false) : null;
    const inside = this.#inside(facts.clientId, facts.siteId, period);
    return this.#both(measured, without, period, this.#agreements.ofDevice(facts), inside);
  }

  async service(source: ServiceSource, service: ServiceEntry): Promise<Measurements> {
    const period = this.period(service.clientId);
    const until = Math.min(period.to, this.#now);
    if (until <= period.from) return this.serviceOf(service, []);
    const counted = await source.ledger(service.id, period.from, until);
    const isBlamedAny = this.#book.isAnybodyBlamed(service.clientId);
    return this.serviceOf(
      service,
      counted,
      isBlamedAny ? await source.ledger(service.id, period.from, until, false) : null,
    );
  }

  /** The same of a ledger that covers the period, and of what it is without clauses; null where they exclude nothing. */
  serviceOf(
    service: ServiceEntry,
    stretches: readonly Stretch[],
    without: readonly Stretch[] | null = null,
  ): Measurements {
    const period = this.period(service.clientId);
    const inside = this.#inside(service.clientId, null, period);
    return this.#both(
      measuredOf(stretches, period),
      without && measuredOf(without, period),
      period,
      this.#agreements.ofService(service),
      inside,
    );
  }

  #both(
    counted: Measured,
    without: Measured | null,
    period: Period,
    targets: readonly TargetSpan[],
    inside: Measure | null,
  ): Measurements {
    const always = measure(counted, period, targets);
    const serviceHours = inside && measure(counted, period, targets, inside);
    return {
      always,
      serviceHours,
      withoutClauses: differing(without && measure(without, period, targets), always),
      serviceHoursWithoutClauses: differing(
        without && inside && measure(without, period, targets, inside),
        serviceHours,
      ),
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

/** A ledger that covers a period, as figures are made of it. */
export function measuredOf(stretches: readonly Stretch[], period: Period): Measured {
  return {
    ledger: CompactLedger.of(stretches),
    from: stretches[0]?.start ?? period.to,
    until: stretches.at(-1)?.end ?? period.to,
    end: Number.POSITIVE_INFINITY,
  };
}

/** The figure without clauses; null where they change nothing of the one that counts. */
export function differing(without: Measurement | null, counted: Measurement | null): Measurement | null {
  if (without === null || counted === null) return null;
  const [a, b] = [without.whole, counted.whole];
  return a.excludedMs === b.excludedMs && a.downMs === b.downMs && a.unknownMs === b.unknownMs ? null : without;
}
