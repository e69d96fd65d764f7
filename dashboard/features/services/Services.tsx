import { useSignal } from '@preact/signals';
import type { Check, Service } from '../../../protocol/api/service.ts';
import { desk } from '../../data/desk-api.ts';
import { compareNames } from '../../data/select.ts';
import { canAct, services as live, reload } from '../../data/store.ts';
import { useLoaded } from '../../ui/Async.tsx';
import { t } from '../../words/i18n.ts';
import { CheckForm } from './CheckForm.tsx';
import { CheckList } from './CheckList.tsx';
import { rankOfService } from './rank.ts';
import { ServiceCards } from './ServiceCards.tsx';
import { ServiceForm } from './ServiceForm.tsx';

type Editing =
  | { readonly kind: 'service'; readonly service: Service | null }
  | { readonly kind: 'check'; readonly check: Check | null };

/** What has to work for a client, and the checks that prove it. */
export function Services() {
  const editing = useSignal<Editing | null>(null);
  const services = [...live.value.values()].sort(
    (a, b) => rankOfService(a.state) - rankOfService(b.state) || compareNames(a.name, b.name),
  );
  // A check that fails changes a service, and that is told live.
  const checks = useLoaded(`checks ${services.map(({ state, since }) => `${state}${since}`).join(' ')}`, desk.checks);
  const close = () => {
    editing.value = null;
  };
  const saved = () => {
    close();
    void reload();
    checks.again();
  };
  return (
    <div class="view services">
      <header class="view-head">
        <div>
          <h1>{t('nav.services')}</h1>
          <p class="lead">{t('services.lead')}</p>
        </div>
        {canAct.value && (
          <div class="view-actions">
            <button
              type="button"
              class="button button-plain"
              onClick={() => {
                editing.value = { kind: 'check', check: null };
              }}
            >
              {t('checks.add')}
            </button>
            <button
              type="button"
              class="button button-primary"
              onClick={() => {
                editing.value = { kind: 'service', service: null };
              }}
            >
              {t('services.add')}
            </button>
          </div>
        )}
      </header>
      <ServiceCards
        services={services}
        checks={checks.value?.items ?? []}
        onEdit={(service) => {
          editing.value = { kind: 'service', service };
        }}
      />
      <CheckList
        loaded={checks}
        onEdit={(check) => {
          editing.value = { kind: 'check', check };
        }}
      />
      {editing.value?.kind === 'service' && (
        <ServiceForm
          service={editing.value.service}
          checks={checks.value?.items ?? []}
          onClose={close}
          onSaved={saved}
        />
      )}
      {editing.value?.kind === 'check' && <CheckForm check={editing.value.check} onClose={close} onSaved={saved} />}
    </div>
  );
}
