import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const compareView = view('compare', {
  Page: lazy(async () => (await import('./Compare.tsx')).Compare),
  title: () => t('compare.title'),
});
