import { clients, sites } from '../../data/store.ts';
import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const clientViews = [
  view('clients', {
    Page: lazy(async () => (await import('./Clients.tsx')).Clients),
    title: () => t('nav.clients'),
    place: { icon: 'clients', label: () => t('nav.clients'), second: true },
    key: { letter: 'c', words: () => t('shortcuts.goClients') },
  }),
  view('clients/:id', {
    Page: lazy(async () => (await import('./Client.tsx')).Client),
    title: ({ id }) => clients.value.get(id)?.name ?? t('nav.clients'),
    within: 'clients',
  }),
  view('sites/:id', {
    Page: lazy(async () => (await import('./Site.tsx')).Site),
    title: ({ id }) => sites.value.get(id)?.name ?? t('nav.clients'),
    within: 'clients',
  }),
];
