import { openIntervals } from '../domain/sla/calendar.ts';
import type { TargetSpan } from '../domain/sla/figure.ts';
import { OpenTime } from '../domain/sla/open-time.ts';
import type { DeviceFacts, Exclusion, TermsInForce, TermsSource } from '../domain/sla/sources.ts';

const WHOLE: Omit<TargetSpan, 'targetPpm'> = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

/** What was agreed, as figures need it: targets over time, service hours, zones. Without a contract there is no target. */
export class Agreements {
  readonly #terms: TermsSource | null;
  readonly #timeZone: string;

  /** `timeZone`: of clients without a contract. */
  constructor(terms: TermsSource | null, timeZone: string) {
    this.#terms = terms;
    this.#timeZone = timeZone;
  }

  /** The zone that the months of a client are cut in; of nobody: the server's. */
  timeZone(clientId: string | null, now: number): string {
    const inForce = clientId === null ? [] : this.#inForce(clientId);
    const current = inForce.find(({ from, until }) => from <= now && now < until) ?? inForce.at(-1);
    return current?.terms.calendar.timeZone ?? this.#timeZone;
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

  /** The target of this moment, null without one. */
  static targetAt(targets: readonly TargetSpan[], at: number): number | null {
    return targets.find(({ from, until }) => from <= at && at < until)?.targetPpm ?? null;
  }

  /** The service hours that count for a site in [from, to); null if the client has no contract in that time. */
  openTime(clientId: string, siteId: string | null, from: number, to: number): OpenTime | null {
    const inForce = this.#inForce(clientId).filter((terms) => terms.from < to && terms.until > from);
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
    const sentence = 'Outside the service hours in which this workstation is expected to run.';
    return open
      .closed(from, to)
      .map(({ start, end }) => ({ start, end, reason: 'off_hours', sentence, author: 'contract' }));
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
