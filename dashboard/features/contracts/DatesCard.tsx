import { DateField } from '../../ui/DateInput.tsx';
import { t } from '../../words/i18n.ts';
import type { MarkedProps } from './card.ts';

/** First and last day. */
export function DatesCard({ terms, change, mark }: MarkedProps) {
  return (
    <section class="card form">
      <h2>{t('contract.dates')}</h2>
      <div class="form-pair">
        <DateField
          label={t('contract.startsOn')}
          required
          value={terms.startsOn}
          onChange={(date) => {
            mark('startsOn')(date === '');
            if (date) change({ startsOn: date });
          }}
        />
        <DateField
          label={t('contract.endsOn')}
          hint={t('contract.endsOnHint')}
          value={terms.endsOn ?? ''}
          onChange={(date) => change({ endsOn: date || null })}
        />
      </div>
    </section>
  );
}
