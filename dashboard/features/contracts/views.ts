import { clients } from '../../data/store.ts';
import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const contractView = view('clients/:id/contract', {
  Page: lazy(async () => (await import('./Contract.tsx')).Contract),
  title: ({ id }) => clients.value.get(id)?.name ?? t('nav.clients'),
  within: 'clients',
});
