import { useSignal } from '@preact/signals';
import type { MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import { desk } from '../../data/desk-api.ts';
import { canAct } from '../../data/store.ts';
import { When } from '../../ui/Ago.tsx';
import { ConfirmInPlace } from '../../ui/ConfirmInPlace.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Fact, Facts } from '../../ui/Facts.tsx';
import { Warnings } from '../../ui/Warnings.tsx';
import { duration } from '../../words/format.ts';
import { rich, t } from '../../words/i18n.ts';
import { WindowTime } from './WindowList.tsx';
import { recurrenceWords, targetWords } from './window-words.ts';

interface WindowDetailsProps {
  readonly window: MaintenanceWindow;
  readonly onClose: () => void;
  readonly onEdit: () => void;
  readonly onChanged: () => void;
}

/** One window whole, with what was changed in it and when; changes made after it had begun stand apart. */
export function WindowDetails({ window, onClose, onEdit, onChanged }: WindowDetailsProps) {
  const asking = useSignal(false);
  const counted = window.running ?? window.next;
  return (
    <Dialog title={window.title} class="dialog-wide" onClose={onClose}>
      <WindowTime window={window} />
      {counted && window.cancelledAt === null && <p>{counted.reason}</p>}
      <Warnings warnings={window.warnings} />
      <KnownFacts window={window} />
      <Edits edits={window.edits} />
      {canAct.value && window.cancelledAt === null && !asking.value && (
        <div class="form-buttons form-buttons-end">
          <button
            type="button"
            class="button button-danger"
            onClick={() => {
              asking.value = true;
            }}
          >
            {t('maintenance.cancel')}
          </button>
          <button type="button" class="button button-primary" onClick={onEdit}>
            {t('maintenance.edit')}
          </button>
        </div>
      )}
      {asking.value && (
        <ConfirmInPlace
          sentence={t(window.running === null ? 'maintenance.cancelSentence' : 'maintenance.cancelRunning')}
          word={t('maintenance.cancelYes')}
          keep={t('maintenance.keep')}
          onKeep={() => {
            asking.value = false;
          }}
          run={async () => {
            await desk.cancelWindow(window.id);
            onChanged();
            onClose();
          }}
        />
      )}
    </Dialog>
  );
}

function KnownFacts({ window }: { window: MaintenanceWindow }) {
  return (
    <Facts>
      <Fact label={t('maintenance.covers')}>{targetWords(window)}</Fact>
      <Fact label={t('maintenance.repeats')}>{recurrenceWords(window)}</Fact>
      <Fact label={t('maintenance.starts')}>
        {t('clock.inZone', { time: window.startsAt.replace('T', ' '), zone: window.timeZone })}
      </Fact>
      <Fact label={t('maintenance.lasts')}>{duration(window.durationMinutes * 60_000)}</Fact>
      <Fact label={t('maintenance.declared')}>
        {rich('maintenance.declaredBy', { time: <When at={window.createdAt} />, name: window.createdBy })}
      </Fact>
    </Facts>
  );
}

function Edits({ edits }: Pick<MaintenanceWindow, 'edits'>) {
  if (edits.length === 0) return null;
  return (
    <section>
      <h3>{t('maintenance.edits')}</h3>
      <ol class="clock-list">
        {edits.map((edit) => (
          <li key={edit.at}>
            <p>
              <When at={edit.at} /> {t('event.by', { name: edit.by })}{' '}
              {edit.afterStart && <span class="tag tag-late">{t('maintenance.afterStart')}</span>}
            </p>
            <p class="quiet">
              {t('maintenance.before', {
                title: edit.before.title,
                start: edit.before.startsAt.replace('T', ' '),
                span: duration(edit.before.durationMinutes * 60_000),
                target: targetWords(edit.before),
                repeats: recurrenceWords(edit.before),
              })}
            </p>
          </li>
        ))}
      </ol>
    </section>
  );
}
