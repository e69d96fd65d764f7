import { useSignalEffect } from '@preact/signals';
import { isolated } from '../protocol/bidi.ts';
import { fleet, incidents, loadError, reload, session, start } from './data/store.ts';
import { triage } from './data/triage.ts';
import { FirstRun } from './features/access/FirstRun.tsx';
import { Login } from './features/access/Login.tsx';
import { ResetPassword } from './features/access/ResetPassword.tsx';
import { HatchPatterns } from './parts/LedgerMark.tsx';
import { overlay } from './route/keys.ts';
import { parametersOf } from './route/paths.ts';
import { place } from './route/router.ts';
import { Gate } from './shell/Gate.tsx';
import { Palette } from './shell/Palette.tsx';
import { Shell } from './shell/Shell.tsx';
import { ShortcutHelp } from './shell/ShortcutHelp.tsx';
import { viewAt } from './shell/view.ts';
import { Failure } from './ui/Failure.tsx';
import { Toasts } from './ui/Toasts.tsx';
import { views } from './views.ts';
import { t } from './words/i18n.ts';

/** Before the session is known, before one is in, before the first overview, and then the views. */
export function App() {
  useSignalEffect(() => {
    const here = viewAt(views, place.value.path);
    document.title = isolated(titleOf(here ? here.view.title(here.parameters) : t('notFound.title')));
  });
  const info = session.value;
  if (info === null) return <Starting again={() => void start()} />;
  const { path } = place.value;
  if (parametersOf('reset-password', path)) return <ResetPassword />;
  if (info.user === null) return info.firstRun ? <FirstRun /> : <Login />;
  if (fleet.value === null) return <Starting again={reload} />;
  const here = viewAt(views, path);
  return (
    <>
      <HatchPatterns />
      <Shell views={views} here={here?.view ?? null}>
        {here ? here.view.page(here.parameters) : <NotFound />}
      </Shell>
      {overlay.value === 'palette' && <Palette views={views} />}
      {overlay.value === 'shortcuts' && <ShortcutHelp views={views} />}
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
function titleOf(here: string): string {
  const waiting = triage(incidents.value.values()).waiting.length;
  return `${waiting > 0 ? `(${waiting}) ` : ''}${here} · Vigia`;
}
