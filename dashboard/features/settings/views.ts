import { h } from 'preact';
import { settingsHref, settingsSections } from '../../route/routes.ts';
import { view } from '../../shell/view.ts';
import { t } from '../../words/i18n.ts';
import { Settings } from './Settings.tsx';

const title = () => t('nav.settings');

export const settingsViews = [
  view('settings', {
    Page: () => h(Settings, { section: 'display' }),
    title,
    within: 'settings/:section',
    key: { letter: 's', words: () => t('shortcuts.goSettings') },
  }),
  view('settings/:section', {
    only: { section: settingsSections },
    Page: Settings,
    title,
    place: { icon: 'settings', label: title, href: settingsHref('display'), second: true },
  }),
];
