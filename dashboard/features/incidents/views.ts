import { headlineOf } from '../../data/headline.ts';
import { incidents } from '../../data/store.ts';
import { view } from '../../shell/view.ts';
import { lazy } from '../../ui/lazy.tsx';
import { t } from '../../words/i18n.ts';
import { Incidents } from './Incidents.tsx';

export const incidentViews = [
  view('incidents', {
    Page: Incidents,
    title: () => t('nav.incidents'),
    place: { icon: 'incidents', label: () => t('nav.incidents') },
    key: { letter: 'i', words: () => t('shortcuts.goIncidents') },
  }),
  view('incidents/:id', {
    Page: lazy(async () => (await import('./Incident.tsx')).IncidentPage),
    title: ({ id }) => headlineOf(incidents.value.get(id), t('nav.incidents')),
    within: 'incidents',
  }),
];
