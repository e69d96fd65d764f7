import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const maintenanceView = view('maintenance', {
  Page: lazy(async () => (await import('./Maintenance.tsx')).Maintenance),
  title: () => t('nav.maintenance'),
  place: { icon: 'maintenance', label: () => t('nav.maintenance'), second: true },
  key: { letter: 'm', words: () => t('shortcuts.goMaintenance') },
});
