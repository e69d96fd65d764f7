import { useId } from 'preact/hooks';
import type { MaintenanceWindow } from '../../../protocol/api/maintenance.ts';
import { clientChoices, deviceChoices, orNone, siteChoices, tagChoices } from '../../data/choices.ts';
import { nowMinuteMs } from '../../data/clock.ts';
import { desk } from '../../data/desk-api.ts';
import { server } from '../../data/store.ts';
import { type Draft, useDraft } from '../../data/use-draft.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { t } from '../../words/i18n.ts';
import { addDays, dateIn, knownZones } from '../../words/zone.ts';
import { RecurrenceFields } from './RecurrenceFields.tsx';
import { WindowPreview } from './WindowPreview.tsx';
import { draftOf, newWindow, startAt, type WindowDraft, windowInput } from './window-draft.ts';

const kinds = ['client', 'site', 'device', 'tag'] as const;

interface WindowFormProps {
  /** What is changed; null: a new one. */
  readonly window: MaintenanceWindow | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Plans a window or changes one, and shows beside it what would come of it. */
export function WindowForm({ window, onClose, onSaved }: WindowFormProps) {
  const draft = useDraft(window ? draftOf(window) : emptyDraft());
  const input = windowInput(draft.value);
  return (
    <FormDialog
      title={t(window ? 'maintenance.edit' : 'maintenance.plan')}
      submit={t(window ? 'maintenance.save' : 'maintenance.plan')}
      class="dialog-wide"
      ready={input !== null}
      onClose={onClose}
      run={async () => {
        if (input === null) return;
        await (window ? desk.changeWindow(window.id, input) : desk.createWindow(input));
        onSaved();
      }}
    >
      {window?.running && <p class="notice-line">{t('maintenance.editRunning')}</p>}
      <TextField
        label={t('maintenance.title')}
        {...draft.text('title')}
        placeholder={t('maintenance.titlePlaceholder')}
        autoFocus
      />
      <TargetFields draft={draft} />
      <TimeFields draft={draft} />
      <RecurrenceFields {...draft.choice('recurrence')} />
      <WindowPreview input={input} />
    </FormDialog>
  );
}

/** Tomorrow evening, where the server is. */
function emptyDraft(): WindowDraft {
  const timeZone = server.value?.timeZone ?? 'UTC';
  return newWindow('', timeZone, addDays(dateIn(timeZone, nowMinuteMs.peek()), 2));
}

interface PartProps {
  readonly draft: Draft<WindowDraft>;
}

function TargetFields({ draft }: PartProps) {
  const { set } = draft;
  const { clientId, kind } = draft.value;
  const tags = useId();
  return (
    <div class="form-pair">
      <SelectField
        label={t('fleet.client')}
        value={clientId}
        required
        options={orNone(t('report.choose'), clientChoices())}
        onChange={(value) => set({ clientId: value, targetId: '' })}
      />
      <div class="field">
        <span>{t('maintenance.covers')}</span>
        <Segmented
          label={t('maintenance.covers')}
          value={kind}
          options={kinds.map((value) => ({ value, label: t(`maintenance.kind.${value}`) }))}
          onChange={(value) => set({ kind: value, targetId: '' })}
        />
      </div>
      {(kind === 'site' || kind === 'device') && (
        <SelectField
          label={t(`maintenance.which.${kind}`)}
          {...draft.choice('targetId')}
          required
          options={orNone(t('report.choose'), kind === 'site' ? siteChoices(clientId) : deviceChoices(clientId))}
        />
      )}
      {kind === 'tag' && (
        <>
          <TextField label={t('maintenance.which.tag')} {...draft.text('targetId')} list={tags} autoComplete="off" />
          <datalist id={tags}>
            {tagChoices(clientId).map((tag) => (
              <option key={tag} value={tag} />
            ))}
          </datalist>
        </>
      )}
    </div>
  );
}

function TimeFields({ draft }: PartProps) {
  const { set } = draft;
  const zones = useId();
  return (
    <>
      <div class="form-pair">
        <TextField
          label={t('maintenance.starts')}
          type="datetime-local"
          value={draft.value.startsAt}
          onInput={(value) => set(startAt(draft.value, value))}
        />
        <TextField label={t('maintenance.zone')} {...draft.text('timeZone')} list={zones} autoComplete="off" />
        <datalist id={zones}>
          {knownZones().map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
      <div class="duration-pair">
        <TextField label={t('maintenance.hours')} type="number" min={0} max={336} {...draft.text('hours')} />
        <TextField label={t('maintenance.minutes')} type="number" min={0} max={59} {...draft.text('minutes')} />
      </div>
    </>
  );
}
