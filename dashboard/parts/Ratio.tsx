import type { AvailabilityFigure } from '../../protocol/api/availability.ts';
import { cutFigure } from '../words/availability.ts';
import { t } from '../words/i18n.ts';
import { percentOr } from '../words/sla-text.ts';

/** A ratio, cut and never rounded; below it what it leaves open: coverage and bounds, where something is unknown. */
export function Ratio({ figure }: { figure: AvailabilityFigure }) {
  const cut = cutFigure(figure);
  return (
    <span class="ratio">
      <b class="ratio-figure">{percentOr(cut.ratio)}</b>
      {figure.unknownMs > 0 && (
        <span class="ratio-open">
          <span title={t('sla.boundsHint')}>{t('sla.bounds', { lo: percentOr(cut.lo), hi: percentOr(cut.hi) })}</span>
          <span title={t('sla.coverageHint')}>{t('sla.coverage', { share: percentOr(cut.coverage) })}</span>
        </span>
      )}
    </span>
  );
}
