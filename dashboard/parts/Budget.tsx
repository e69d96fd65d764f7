import type { AvailabilityFigure } from '../../protocol/api/availability.ts';
import { budgetLeftShare } from '../words/availability.ts';
import { t } from '../words/i18n.ts';
import { budgetText } from '../words/sla-text.ts';

/** What is left of the allowed downtime: the span, and a thin bar that empties. */
export function Budget({ figure }: { figure: AvailabilityFigure }) {
  const share = budgetLeftShare(figure);
  const text = budgetText(figure);
  if (share === null || text === null) return <span class="quiet">{t('sla.noBudget')}</span>;
  return (
    <span class={share < 0 ? 'allowance allowance-over' : share < 0.25 ? 'allowance allowance-low' : 'allowance'}>
      <span class="allowance-text">{text}</span>
      <span class="allowance-track" aria-hidden="true">
        <span class="allowance-fill" style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
      </span>
    </span>
  );
}
