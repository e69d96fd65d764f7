import type { Responsibility } from '../../../protocol/api/contract.ts';
import { said } from '../../../protocol/said/said.ts';
import { openIntervals } from '../../domain/sla/calendar.ts';
import type { TargetSpan } from '../../domain/sla/figure.ts';
import { OpenTime } from '../../domain/sla/open-time.ts';
import type { DeviceFacts, Exclusion, TermsInForce, TermsSource } from '../../domain/sla/sources.ts';
import { alwaysIn, type Zones, zonesOf } from '../../domain/sla/zones.ts';

const WHOLE: Omit<TargetSpan, 'targetPpm'> = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/** What was agreed, as figures need it: targets over time, service hours, zones. Without a contract there is no target. */
export class Agreements {
  readonly #terms: TermsSource | null;
  readonly #own: Zones;

  /** `timeZone`: of clients without a contract. */
  constructor(terms: TermsSource | null, timeZone: string) {
    this.#terms = terms;
    this.#own = alwaysIn(timeZone);
  }

  /** The zones that the months of a client are cut in, over time; of nobody: the server's. */
  zones(clientId: string | null): Zones {
    const inForce = clientId === null ? [] : this.#inForce(clientId);
    return inForce.length === 0 ? this.#own : zonesOf(inForce, '');
  }

  ofDevice({ clientId, kind }: Pick<DeviceFacts, 'clientId' | 'kind'>): readonly TargetSpan[] {
    return this.#targets(clientId, ({ terms: { availability } }) =>
      kind === 'server' ? availability.serverTargetPpm : availability.workstationTargetPpm,
    );
  }

  /** A service's own target goes before what the contract says of services. */
  ofService({ clientId, targetPpm }: { clientId: string; targetPpm: number | null }): readonly TargetSpan[] {
    return this.#targets(clientId, ({ terms }) => targetPpm ?? terms.availability.serviceTargetPpm, targetPpm);
  }

  /** Of the reachability of a site no target is agreed; it counts while a contract does. */
  ofSite(clientId: string): readonly TargetSpan[] {
    return this.#targets(clientId, () => null);
  }

  /** What the contract's clauses exclude, over time. */
  clauses(clientId: string): readonly { from: number; until: number; excludes: readonly Responsibility[] }[] {
    return this.#inForce(clientId).map(({ from, until, terms }) => ({ from, until, excludes: terms.excludes }));
  }

  /** The target of this moment, null without one. */
  static targetAt(targets: readonly TargetSpan[], at: number): number | null {
    return targets.find(({ from, until }) => from <= at && at < until)?.targetPpm ?? null;
  }

  /** Since when there has been a target without a break; `at` if there is none. */
  static targetedSince(targets: readonly TargetSpan[], at: number): number {
    let since = at;
    for (const { from, until, targetPpm } of targets.toReversed()) {
      if (from > since) continue;
      if (targetPpm === null || until < since) break;
      since = from;
    }
    return since;
  }

  /** The service hours that count for a site in [from, to); null if the client has no contract in that time. */
  openTime(clientId: string, siteId: string | null, from: number, to: number): OpenTime | null {
    const inForce = this.#inForceIn(clientId, from, to);
    if (!this.#terms || inForce.length === 0) return null;
    const terms = this.#terms;
    return new OpenTime(
      inForce.flatMap((span) =>
        openIntervals(terms.calendar(span.terms, siteId), Math.max(from, span.from), Math.min(to, span.until)),
      ),
    );
  }

  /** The off-hours of a workstation that is expected to run in service hours only. Without a contract there are none. */
  offHours({ clientId, siteId }: DeviceFacts, from: number, to: number): Exclusion[] {
    const open = this.openTime(clientId, siteId, from, to);
    if (!open) return [];
    const outside = said('ledger.off-hours');
    return this.#inForceIn(clientId, from, to)
      .flatMap((span) => open.closed(Math.max(from, span.from), Math.min(to, span.until)))
      .map(({ start, end }) => ({ start, end, reason: 'off_hours', said: outside, author: 'contract' }));
  }

  #inForceIn(clientId: string, from: number, to: number): readonly TermsInForce[] {
    return this.#inForce(clientId).filter((terms) => terms.from < to && terms.until > from);
  }

  #inForce(clientId: string): readonly TermsInForce[] {
    return this.#terms?.inForce(clientId) ?? [];
  }

  #targets(
    clientId: string,
    targetPpm: (span: TermsInForce) => number | null,
    without: number | null = null,
  ): readonly TargetSpan[] {
    const inForce = this.#inForce(clientId);
    if (inForce.length === 0) return [{ ...WHOLE, targetPpm: without }];
    return inForce.map((span) => ({ from: span.from, until: span.until, targetPpm: targetPpm(span) }));
  }
}
