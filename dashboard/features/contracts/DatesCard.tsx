import { Field } from '../../ui/Field.tsx';
import { t } from '../../words/i18n.ts';
import type { MarkedProps } from './card.ts';

/** First and last day. */
export function DatesCard({ terms, change, mark }: MarkedProps) {
  return (
    <section class="card form">
      <h2>{t('contract.dates')}</h2>
      <div class="form-pair">
        <Field label={t('contract.startsOn')}>
          {(id) => (
            <input
              id={id}
              type="date"
              required
              value={terms.startsOn}
              onInput={(event) => {
                mark('startsOn')(event.currentTarget.value === '');
                if (event.currentTarget.value) change({ startsOn: event.currentTarget.value });
              }}
            />
          )}
        </Field>
        <Field label={t('contract.endsOn')} hint={t('contract.endsOnHint')}>
          {(id, describedBy) => (
            <input
              id={id}
              aria-describedby={describedBy}
              type="date"
              value={terms.endsOn ?? ''}
              onInput={(event) => change({ endsOn: event.currentTarget.value || null })}
            />
          )}
        </Field>
      </div>
    </section>
  );
}
