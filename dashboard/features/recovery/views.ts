import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const recoveryViews = [
  view('recovery', {
    Page: lazy(async () => (await import('./Recovery.tsx')).Recovery),
    title: () => t('nav.recovery'),
    place: { icon: 'recovery', label: () => t('nav.recovery'), second: true },
    key: { letter: 'b', words: () => t('shortcuts.goRecovery') },
  }),
  view('recovery/if-lost/:kind/:id', {
    only: { kind: ['devices', 'services'] },
    Page: lazy(async () => (await import('./IfLost.tsx')).IfLost),
    title: () => t('nav.recovery'),
    within: 'recovery',
  }),
  view('recovery/:id', {
    Page: lazy(async () => (await import('./Plan.tsx')).PlanPage),
    title: () => t('nav.recovery'),
    within: 'recovery',
  }),
] as const;
