import { useSignal } from '@preact/signals';
import { desk } from '../../data/desk-api.ts';
import { canAct } from '../../data/store.ts';
import { place } from '../../route/router.ts';
import { Async, useLoaded } from '../../ui/Async.tsx';
import { t } from '../../words/i18n.ts';
import { ReportForm } from './ReportForm.tsx';
import { ReportTable } from './ReportTable.tsx';

/** What people reported, and the form for what one has just told us: another form for each incident. */
export function ReportsPage() {
  return <Reports key={place.value.query.get('incident')} />;
}

function Reports() {
  const pages = useSignal(1);
  const loaded = useLoaded(`reports ${pages.value}`, () => desk.reports(pages.value));
  return (
    <div class="view reports">
      <header class="view-head">
        <div>
          <h1>{t('report.title')}</h1>
          <p class="lead">{t('report.lead')}</p>
        </div>
      </header>
      {canAct.value && <ReportForm onDone={loaded.again} />}
      <section class="card">
        <header class="card-head">
          <h2>{t('report.recent')}</h2>
        </header>
        <Async loaded={loaded}>
          {({ items, next }) => (
            <>
              <ReportTable reports={items} />
              {next !== null && (
                <button
                  type="button"
                  class="link"
                  onClick={() => {
                    pages.value += 1;
                  }}
                >
                  {t('report.more')}
                </button>
              )}
            </>
          )}
        </Async>
      </section>
    </div>
  );
}
