import { useSignal } from '@preact/signals';
import type { AheadFigures } from '../../../protocol/api/person-report.ts';
import { sla } from '../../data/api-sla.ts';
import { headlineOf } from '../../data/headline.ts';
import { incidents } from '../../data/store.ts';
import { incidentHref } from '../../route/routes.ts';
import { When } from '../../ui/Ago.tsx';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { cutShare } from '../../words/availability.ts';
import { cutPercent } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';
import { wholeSpan } from '../../words/sla-text.ts';

/** Who found trouble first this month, how far ahead, and what we missed. */
export function Ahead({ clientId }: { clientId: string }) {
  const period = useSignal<'this_month' | 'last_month'>('this_month');
  const loaded = useLoaded(`${clientId} ${period.value}`, () => sla.ahead(clientId, period.value));
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('ahead.title')}</h2>
        <Segmented
          label={t('period.label')}
          value={period.value}
          options={(['this_month', 'last_month'] as const).map((value) => ({ value, label: t(`period.${value}`) }))}
          onChange={(value) => {
            period.value = value;
          }}
        />
      </header>
      <Async loaded={loaded}>{(figures) => <Figures figures={figures} />}</Async>
    </section>
  );
}

function Figures({ figures }: { figures: AheadFigures }) {
  const { counted, foundFirst, medianLeadMs, mttaMs, mttrMs, medianDetectionDelayMs, missed, stillOpen } = figures;
  const share = cutShare(foundFirst, counted, 0);
  return (
    <>
      <p class="figure-sentence">
        {share === null
          ? t('ahead.nothing')
          : t('ahead.sentence', { share: cutPercent(share), first: foundFirst, count: counted })}
        {medianLeadMs !== null &&
          ` ${t(medianLeadMs >= 0 ? 'ahead.lead' : 'ahead.behind', { span: wholeSpan(Math.abs(medianLeadMs)) })}`}
      </p>
      <Facts across>
        <Fact label={t('ahead.mtta')}>{mttaMs === null ? '–' : wholeSpan(mttaMs)}</Fact>
        <Fact label={t('ahead.mttr')}>{mttrMs === null ? '–' : wholeSpan(mttrMs)}</Fact>
        <Fact label={t('ahead.delay')}>
          {medianDetectionDelayMs === null ? '–' : wholeSpan(medianDetectionDelayMs)}
        </Fact>
      </Facts>
      {missed.length > 0 && (
        <div class="ahead-missed">
          <h3>{t('ahead.missed', { count: missed.length })}</h3>
          <ul>
            {missed.map((report) => (
              <li key={report.id}>
                <q>{report.text}</q>{' '}
                <span class="quiet">
                  {rich('ahead.by', { name: report.reporter, when: <When at={report.reportedAt} /> })}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      {stillOpen.length > 0 && (
        <div class="ahead-missed">
          <h3>{t('ahead.stillOpen', { count: stillOpen.length })}</h3>
          <ul>
            {stillOpen.map((id) => (
              <li key={id}>
                <a href={incidentHref(id)}>{headlineOf(incidents.value.get(id), id)}</a>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
