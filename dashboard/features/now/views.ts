import { view } from '../../shell/view.ts';
import { t } from '../../words/i18n.ts';
import { Now } from './Now.tsx';

const now = {
  Page: Now,
  title: () => t('nav.now'),
};

export const nowViews = [
  view('', {
    ...now,
    place: { icon: 'now', label: () => t('nav.now') },
    key: { letter: 'n', words: () => t('shortcuts.goNow') },
  }),
  // Whoever is in already has nothing to do there.
  view('first-run', now),
  view('reset-password', now),
];
