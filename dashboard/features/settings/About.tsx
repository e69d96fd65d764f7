import { ServerHealthCard } from '../../parts/ServerHealthCard.tsx';
import { t } from '../../words/i18n.ts';
import { StorageSettings } from './Storage.tsx';

/** What this is, and how it is. */
export function AboutSettings() {
  return (
    <>
      <ServerHealthCard />
      <StorageSettings />
      <section class="card">
        <header class="card-head">
          <h2>{t('about.title')}</h2>
        </header>
        <p>{t('about.sentence')}</p>
        <p>
          <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
            {t('about.openapi')}
          </a>
        </p>
      </section>
    </>
  );
}
