import { canAct } from '../data/store.ts';
import { LinkButton } from '../ui/LinkButton.tsx';
import { t } from '../words/i18n.ts';

/** A lookout over a quiet line. */
export function QuietHorizon() {
  return (
    <svg class="horizon" width="132" height="72" viewBox="0 0 132 72" aria-hidden="true">
      <path d="M2 56h128M18 63h96M40 70h52" />
      <path class="light" d="M66 16 20 6v20Z M66 16l46-10v20Z" />
      <path d="M60 56l2.5-32h7L72 56M61 24h10M63 24v-5h6v5" />
      <circle cx="66" cy="16" r="3" />
    </svg>
  );
}

/** Before the first machine: how to begin. */
export function NoMachines() {
  return (
    <section class="card quiet-card">
      <QuietHorizon />
      <div>
        <p>{t('now.noMachines')}</p>
        {canAct.value && <LinkButton href="/add">{t('nav.add')}</LinkButton>}
      </div>
    </section>
  );
}
