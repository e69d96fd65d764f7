import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const reportsView = view('reports', {
  Page: lazy(async () => (await import('./Reports.tsx')).ReportsPage),
  title: () => t('report.title'),
  within: 'incidents',
  key: { letter: 'r', words: () => t('shortcuts.goReports') },
});
