import { useSignal } from '@preact/signals';
import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { canAct } from '../../data/store.ts';
import { AttestDialog } from '../../parts/AttestDialog.tsx';
import { t } from '../../words/i18n.ts';

/** A power cut asks whose fault it was, once for all machines of the site. */
export function PowerCut({ incident }: { incident: IncidentDetail }) {
  const open = useSignal(false);
  const { rule, siteId, onsetAt, openedAt, said } = incident;
  if (rule !== 'site.power' || siteId === null || !canAct.value) return null;
  const close = () => {
    open.value = false;
  };
  const durationMs = Date.parse(openedAt) - Date.parse(onsetAt);
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('power.title')}</h2>
      </header>
      <p class="quiet">{t('power.lead')}</p>
      <p class="card-button">
        <button
          type="button"
          class="button button-plain"
          onClick={() => {
            open.value = true;
          }}
        >
          {t('power.attest')}
        </button>
      </p>
      {open.value && (
        <AttestDialog
          subject={{ siteId }}
          entry={{ from: onsetAt, to: openedAt, durationMs, state: 'down', said, reason: rule }}
          likely="power"
          onClose={close}
          onDone={close}
        />
      )}
    </section>
  );
}
