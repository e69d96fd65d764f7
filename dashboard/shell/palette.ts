import type { PresenceState, Priority } from '../../protocol/api/view.ts';
import { sentenceOf } from '../data/api.ts';
import { byDeadline } from '../data/deadline.ts';
import { headlineOf } from '../data/headline.ts';
import { canAct, clients, devices, incidents, signOut, sites } from '../data/store.ts';
import { overlay } from '../route/keys.ts';
import { density, theme } from '../route/prefs.ts';
import { navigate } from '../route/router.ts';
import { clientHref, deviceHref, incidentHref, reportHref, siteHref } from '../route/routes.ts';
import type { IconName } from '../ui/Icon.tsx';
import { say } from '../ui/Toasts.tsx';
import { t } from '../words/i18n.ts';
import { hrefOf, type View } from './view.ts';

type Mark =
  | { readonly kind: 'icon'; readonly icon: IconName }
  | { readonly kind: 'state'; readonly state: PresenceState }
  | { readonly kind: 'priority'; readonly priority: Priority };

/** One thing that the palette offers. */
export interface Command {
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  readonly mark: Mark;
  readonly run: () => void;
}

const MOST = 30;
const icon = (name: IconName): Mark => ({ kind: 'icon', icon: name });
const to = (href: string) => () => navigate(href);

/** All that can be reached now: views and actions first, then open incidents, clients and machines. */
export function commands(views: readonly View[]): Command[] {
  return [...placesOf(views), ...actions(), ...openIncidents(), ...clientsAndSites(), ...machines()];
}

function placesOf(views: readonly View[]): Command[] {
  const detail = t('palette.view');
  return views.flatMap((view) => {
    const { path, place } = view;
    if (!place || place.isAction) return [];
    return [{ id: `v-${path}`, title: place.label(), detail, mark: icon(place.icon), run: to(hrefOf(view)) }];
  });
}

function actions(): Command[] {
  const detail = t('palette.action');
  const nextTheme = theme.value === 'dark' ? 'light' : 'dark';
  const nextDensity = density.value === 'dense' ? 'comfortable' : 'dense';
  return [
    ...(canAct.value
      ? [
          { id: 'a-report', title: t('report.title'), detail, mark: icon('report'), run: to(reportHref()) },
          { id: 'a-add', title: t('nav.add'), detail, mark: icon('add'), run: to('/add') },
        ]
      : []),
    {
      id: 'a-theme',
      title: t(`palette.theme.${nextTheme}`),
      detail,
      mark: icon(nextTheme),
      run: () => {
        theme.value = nextTheme;
      },
    },
    {
      id: 'a-density',
      title: t(`palette.density.${nextDensity}`),
      detail,
      mark: icon(nextDensity),
      run: () => {
        density.value = nextDensity;
      },
    },
    {
      id: 'a-keys',
      title: t('shortcuts.title'),
      detail,
      mark: icon('keyboard'),
      run: () => {
        overlay.value = 'shortcuts';
      },
    },
    {
      id: 'a-leave',
      title: t('nav.signOut'),
      detail,
      mark: icon('leave'),
      run: () => {
        signOut().catch((error: unknown) => say(sentenceOf(error), 'error'));
      },
    },
  ];
}

function openIncidents(): Command[] {
  return [...incidents.value.values()]
    .filter((incident) => incident.state !== 'resolved')
    .sort(byDeadline)
    .map((incident) => ({
      id: `i-${incident.id}`,
      title: headlineOf(incident),
      detail: devices.value.get(incident.deviceId ?? '')?.name ?? t('palette.incident'),
      mark: { kind: 'priority', priority: incident.priority },
      run: to(incidentHref(incident.id)),
    }));
}

function clientsAndSites(): Command[] {
  return [
    ...[...clients.value.values()].map((client) => ({
      id: `c-${client.id}`,
      title: client.name,
      detail: t('palette.client'),
      mark: icon('clients'),
      run: to(clientHref(client.id)),
    })),
    ...[...sites.value.values()].map((site) => ({
      id: `s-${site.id}`,
      title: site.name,
      detail: clients.value.get(site.clientId)?.name ?? t('palette.site'),
      mark: icon('fleet'),
      run: to(siteHref(site.id)),
    })),
  ];
}

function machines(): Command[] {
  return [...devices.value.values()].map((device) => ({
    id: `d-${device.id}`,
    title: device.name,
    detail: clients.value.get(device.clientId)?.name ?? '',
    mark: { kind: 'state', state: device.state },
    run: to(deviceHref(device.id)),
  }));
}

/** The commands that hold all words, those whose title begins with the text first; at most 30. */
export function findCommands(all: readonly Command[], text: string): Command[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return all.slice(0, MOST);
  const scored = all.flatMap((command) => {
    const title = command.title.toLowerCase();
    const whole = `${title} ${command.detail.toLowerCase()}`;
    if (!words.every((word) => whole.includes(word))) return [];
    const first = words[0] ?? '';
    const score = title.startsWith(first) ? 0 : title.includes(first) ? 1 : 2;
    return [{ command, score }];
  });
  return scored
    .sort((a, b) => a.score - b.score)
    .slice(0, MOST)
    .map(({ command }) => command);
}
