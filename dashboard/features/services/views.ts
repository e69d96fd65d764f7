import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const servicesView = view('services', {
  Page: lazy(async () => (await import('./Services.tsx')).Services),
  title: () => t('nav.services'),
  place: { icon: 'services', label: () => t('nav.services'), second: true },
  key: { letter: 'e', words: () => t('shortcuts.goServices') },
});
