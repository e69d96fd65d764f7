import { ledgerKinds } from '../../route/routes.ts';
import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

const title = () => t('nav.availability');

export const availabilityViews = [
  view('availability', {
    Page: lazy(async () => (await import('./Availability.tsx')).Availability),
    title,
    place: { icon: 'availability', label: title },
    key: { letter: 'v', words: () => t('shortcuts.goAvailability') },
  }),
  view('availability/:kind/:id', {
    only: { kind: ledgerKinds },
    Page: lazy(async () => (await import('./Ledger.tsx')).Ledger),
    title,
    within: 'availability',
  }),
];
