import { view } from '../../shell/view.ts';
import { t } from '../../words/i18n.ts';
import { AddMachine } from './AddMachine.tsx';
import { Fleet } from './Fleet.tsx';

export const fleetView = view('fleet', {
  Page: Fleet,
  title: () => t('nav.fleet'),
  place: { icon: 'fleet', label: () => t('nav.fleet') },
  key: { letter: 'f', words: () => t('shortcuts.goFleet') },
});

export const addView = view('add', {
  Page: AddMachine,
  title: () => t('nav.add'),
  place: { icon: 'add', label: () => t('nav.add'), second: true, isAction: true },
  key: { letter: 'a', words: () => t('shortcuts.goAdd') },
});
