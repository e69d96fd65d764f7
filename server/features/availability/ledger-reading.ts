import type { Ledger, Strip } from '../../../protocol/api/availability.ts';
import type { Scope } from '../../domain/scope.ts';
import { bothWays } from '../../domain/sla/both-ways.ts';
import { CompactLedger } from '../../domain/sla/compact-ledger.ts';
import { figureView, type Measurement, measure } from '../../domain/sla/figure.ts';
import { daysOf } from '../../domain/sla/period.ts';
import type { Stretch } from '../../domain/sla/sources.ts';
import { zoneAt } from '../../domain/sla/zones.ts';
import { createSubjects, type SubjectNeeds } from './ledger-subjects.ts';
import { differing, Measuring, measuredOf } from './measuring.ts';
import type { AvailabilityPort, LedgerSubject, PeriodQuery } from './port.ts';
import { entryView, iso, revisionView } from './views.ts';
import { wantedPeriod } from './wanted-period.ts';

const MAX_REVISIONS = 500;

/** The ledger of one subject, whole or as a strip of days. */
export function createLedgerReading(needs: SubjectNeeds): Pick<AvailabilityPort, 'ledger' | 'strip'> {
  const { store, book, agreements, now } = needs;
  const subjectOf = createSubjects(needs);

  async function ledger(scope: Scope, wanted: LedgerSubject, query: PeriodQuery): Promise<Ledger> {
    const { name, clientId, targets, stretches, isBlamed: mayDiffer } = await subjectOf(scope, wanted);
    const period = new Measuring(book, agreements, wantedPeriod(query), now()).period(clientId);
    const counted = await stretches(period.from, period.to);
    const without = mayDiffer ? await stretches(period.from, period.to, false) : null;
    const items = without ? bothWays(counted, without) : counted;
    const revisions = await store
      .scoped(scope)
      .ledgerRevisions.between(wanted.id, period.from, period.to, MAX_REVISIONS);
    const device = wanted.kind === 'device' ? book.find(wanted.id) : null;
    // A device also knows what is excluded ahead, which its budget of the whole period needs.
    const measuredIn = (ledgerOf: readonly Stretch[], withClauses: boolean): Measurement => {
      const measured = device
        ? book.measured(device, period.from, period.to, withClauses)
        : measuredOf(ledgerOf, period);
      return measure(measured, period, targets);
    };
    const figure = measuredIn(counted, true);
    const other = differing(without && measuredIn(without, false), figure);
    return {
      kind: wanted.kind,
      id: wanted.id,
      name,
      from: iso(period.from),
      to: iso(period.to),
      figure: figureView(figure),
      withoutClauses: other && figureView(other),
      items: items.map(entryView),
      revisions: revisions.map(revisionView),
    };
  }

  async function strip(scope: Scope, wanted: LedgerSubject, dayCount: number): Promise<Strip> {
    const { clientId, stretches } = await subjectOf(scope, wanted);
    const at = now();
    const zones = agreements.zones(clientId);
    const days = daysOf(dayCount, zones, at);
    const all = await stretches(days[0]?.from ?? 0, days.at(-1)?.to ?? 0);
    const compact = CompactLedger.of(all);
    const [start, end] = [all[0]?.start ?? 0, all.at(-1)?.end ?? 0];
    return {
      timeZone: zoneAt(zones, at),
      days: days.map(({ date, from, to }) => {
        const { upMs, downMs, excludedMs, unknownMs } = compact.tally(Math.max(from, start), Math.min(to, end));
        return { date, upMs, downMs, excludedMs, unknownMs };
      }),
    };
  }

  return { ledger, strip };
}
