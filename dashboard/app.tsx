import { useSignalEffect } from '@preact/signals';
import type { VNode } from 'preact';
import { isolated } from '../protocol/bidi.ts';
import { headlineOf } from './data/headline.ts';
import { clients, devices, fleet, incidents, loadError, reload, session, sites, start } from './data/store.ts';
import { triage } from './data/triage.ts';
import { FirstRun } from './features/access/FirstRun.tsx';
import { Login } from './features/access/Login.tsx';
import { ResetPassword } from './features/access/ResetPassword.tsx';
import { AddMachine } from './features/fleet/AddMachine.tsx';
import { Fleet } from './features/fleet/Fleet.tsx';
import { Incidents } from './features/incidents/Incidents.tsx';
import { Now } from './features/now/Now.tsx';
import { Settings } from './features/settings/Settings.tsx';
import { HatchPatterns } from './parts/LedgerMark.tsx';
import { overlay } from './route/keys.ts';
import { place as address, route } from './route/router.ts';
import type { Route } from './route/routes.ts';
import { Gate } from './shell/Gate.tsx';
import { Palette } from './shell/Palette.tsx';
import { Shell } from './shell/Shell.tsx';
import { ShortcutHelp } from './shell/ShortcutHelp.tsx';
import { Failure } from './ui/Failure.tsx';
import { lazy } from './ui/lazy.tsx';
import { Toasts } from './ui/Toasts.tsx';
import { t } from './words/i18n.ts';

const Availability = lazy(async () => (await import('./features/availability/Availability.tsx')).Availability);
const Device = lazy(async () => (await import('./features/device/Device.tsx')).DevicePage);
const Incident = lazy(async () => (await import('./features/incidents/Incident.tsx')).IncidentPage);
const Client = lazy(async () => (await import('./features/clients/Client.tsx')).Client);
const Clients = lazy(async () => (await import('./features/clients/Clients.tsx')).Clients);
const Compare = lazy(async () => (await import('./features/compare/Compare.tsx')).Compare);
const Contract = lazy(async () => (await import('./features/contracts/Contract.tsx')).Contract);
const Ledger = lazy(async () => (await import('./features/availability/Ledger.tsx')).Ledger);
const Site = lazy(async () => (await import('./features/clients/Site.tsx')).Site);
const Maintenance = lazy(async () => (await import('./features/maintenance/Maintenance.tsx')).Maintenance);
const Reports = lazy(async () => (await import('./features/tickets/Reports.tsx')).Reports);
const Services = lazy(async () => (await import('./features/services/Services.tsx')).Services);

/** Before the session is known, before one is in, before the first overview, and then the views. */
export function App() {
  useSignalEffect(() => {
    document.title = isolated(title(route.value));
  });
  const info = session.value;
  if (info === null) return <Starting again={() => void start()} />;
  if (route.value.view === 'reset-password') return <ResetPassword />;
  if (info.user === null) return info.firstRun ? <FirstRun /> : <Login />;
  if (fleet.value === null) return <Starting again={reload} />;
  return (
    <>
      <HatchPatterns />
      <Shell>{view(route.value)}</Shell>
      {overlay.value === 'palette' && <Palette />}
      {overlay.value === 'shortcuts' && <ShortcutHelp />}
      <Toasts />
    </>
  );
}

function Starting({ again }: { again: () => void }) {
  if (!loadError.value)
    return (
      <p class="starting" role="status">
        {t('loading')}
      </p>
    );
  return (
    <Gate title={t('start.failed')} sentence={t('start.failedSentence')}>
      <Failure sentence={loadError.value} again={again} />
    </Gate>
  );
}

function view(to: Route): VNode {
  switch (to.view) {
    case 'now':
    case 'first-run':
    case 'reset-password':
      return <Now />;
    case 'fleet':
      return <Fleet />;
    case 'device':
      return <Device />;
    case 'incidents':
      return <Incidents />;
    case 'incident':
      return <Incident />;
    case 'add':
      return <AddMachine />;
    case 'maintenance':
      return <Maintenance />;
    case 'services':
      return <Services />;
    case 'reports':
      return <Reports key={address.value.query.get('incident')} />;
    case 'availability':
      return <Availability />;
    case 'ledger':
      return <Ledger />;
    case 'clients':
      return <Clients />;
    case 'client':
      return <Client />;
    case 'compare':
      return <Compare />;
    case 'contract':
      return <Contract />;
    case 'site':
      return <Site />;
    case 'settings':
      return <Settings section={to.section} />;
    case 'not-found':
      return <NotFound />;
  }
}

function NotFound() {
  return (
    <div class="view">
      <header class="view-head">
        <div>
          <h1>{t('notFound.title')}</h1>
          <p class="lead">{t('notFound.sentence')}</p>
        </div>
      </header>
      <p>
        <a href="/">{t('notFound.home')}</a>
      </p>
    </div>
  );
}

/** The tab says how many incidents wait, wherever one is. */
function title(to: Route): string {
  const waiting = triage(incidents.value.values()).waiting.length;
  return `${waiting > 0 ? `(${waiting}) ` : ''}${place(to)} · Vigia`;
}

function place(to: Route): string {
  switch (to.view) {
    case 'device':
      return devices.value.get(to.id)?.name ?? t('nav.fleet');
    case 'incident':
      return headlineOf(incidents.value.get(to.id), t('nav.incidents'));
    case 'fleet':
    case 'incidents':
    case 'availability':
    case 'clients':
    case 'maintenance':
    case 'services':
    case 'settings':
    case 'add':
      return t(`nav.${to.view}`);
    case 'ledger':
      return t('nav.availability');
    case 'client':
    case 'contract':
      return clients.value.get(to.id)?.name ?? t('nav.clients');
    case 'site':
      return sites.value.get(to.id)?.name ?? t('nav.clients');
    case 'reports':
      return t('report.title');
    case 'compare':
      return t('compare.title');
    case 'not-found':
      return t('notFound.title');
    default:
      return t('nav.now');
  }
}
