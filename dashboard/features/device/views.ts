import { devices } from '../../data/store.ts';
import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';

export const deviceView = view('devices/:id', {
  Page: lazy(async () => (await import('./Device.tsx')).DevicePage),
  title: ({ id }) => devices.value.get(id)?.name ?? t('nav.fleet'),
  within: 'fleet',
});
