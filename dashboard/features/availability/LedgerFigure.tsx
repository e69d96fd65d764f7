import type { AvailabilityFigure, AvailabilityReport, Ledger } from '../../../protocol/api/availability.ts';
import type { PeriodQuery } from '../../data/period.ts';
import { Budget } from '../../parts/Budget.tsx';
import { Ratio } from '../../parts/Ratio.tsx';
import { VerdictBadge } from '../../parts/Verdict.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Loading } from '../../ui/Loading.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { cutFigure, figureOf } from '../../words/availability.ts';
import { t } from '../../words/i18n.ts';
import { figureSentences, percentOr, wholeSpan } from '../../words/sla-text.ts';

interface FigureProps {
  readonly query: PeriodQuery;
  readonly ledger: Ledger;
  readonly report: AvailabilityReport | null;
}

/** The figure with the sentences that explain it. */
export function LedgerFigure({ query, ledger, report }: FigureProps) {
  const row = report?.items[0];
  const inService = row ? figureOf(row, 'service') : null;
  const figure = query.hours === 'always' ? ledger.figure : inService;
  if (figure === null) {
    return <section class="card">{report === null ? <Loading /> : <Nothing>{t('sla.noContract')}</Nothing>}</section>;
  }
  const without = query.hours === 'always' ? ledger.withoutClauses : row?.serviceHoursWithoutClauses;
  return (
    <section class="card figure-card" aria-label={t('sla.figure')}>
      <div class="figure-main">
        <VerdictBadge figure={figure} />
        <Ratio figure={figure} />
        <Budget figure={figure} />
      </div>
      <div class="figure-words">
        {query.hours === 'service' && <p class="hint">{t('sla.inServiceHours')}</p>}
        <p class="figure-sentence">{figureSentences(figure).join(' ')}</p>
        {without && (
          <p class="figure-sentence">
            {t('sla.withoutClauses', {
              span: wholeSpan(figure.excludedMs - without.excludedMs),
              ratio: percentOr(cutFigure(without).ratio),
              verdict: t(`verdict.${without.verdict}`).toLowerCase(),
            })}
          </p>
        )}
        <FigureFacts figure={figure} />
      </div>
    </section>
  );
}

function FigureFacts({ figure }: { figure: AvailabilityFigure }) {
  const { outages, openOutages, mttrMs, mtbfMs, longestOutage } = figure;
  return (
    <Facts across>
      <Fact label={t('sla.outages')}>
        {openOutages === 0 ? outages : t('sla.outagesOpen', { outages, open: openOutages })}
      </Fact>
      <Fact label={t('sla.longest')}>{longestOutage ? wholeSpan(longestOutage.durationMs) : t('sla.noOutage')}</Fact>
      <Fact label={t('sla.mttr')}>{mttrMs === null ? '–' : wholeSpan(mttrMs)}</Fact>
      <Fact label={t('sla.mtbf')}>{mtbfMs === null ? '–' : wholeSpan(mtbfMs)}</Fact>
    </Facts>
  );
}
