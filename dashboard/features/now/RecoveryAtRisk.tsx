import { useComputed } from '@preact/signals';
import { byDeadline } from '../../data/deadline.ts';
import { clients, incidents } from '../../data/store.ts';
import { t } from '../../parts/recovery/words.ts';
import { PriorityShape } from '../../parts/StateBadge.tsx';
import { planHref, recoveryHref } from '../../route/routes.ts';
import { Words } from '../../ui/Words.tsx';

const SHOWN = 6;

/** Plans that lose more than promised, or soon will. */
export function RecoveryAtRisk() {
  const open = useComputed(() =>
    [...incidents.value.values()]
      .filter(({ rule, state }) => rule === 'recovery.exposure' && state !== 'resolved')
      .sort(byDeadline),
  );
  if (open.value.length === 0) return null;
  const rest = open.value.length - SHOWN;
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('atRisk')}</h2>
        <a class="quiet" href={recoveryHref()}>
          {t('all')}
        </a>
      </header>
      <ul class="aside-list">
        {open.value.slice(0, SHOWN).map(({ id, object, clientId, priority, said }) => (
          <li key={id}>
            <p class="aside-line">
              <PriorityShape priority={priority} />
              <a href={planHref(object)}>
                <Words said={said} />
              </a>
            </p>
            <p class="quiet">{clientId !== null && clients.value.get(clientId)?.name}</p>
          </li>
        ))}
      </ul>
      {rest > 0 && <a href={recoveryHref()}>{t('more', { count: rest })}</a>}
    </section>
  );
}
