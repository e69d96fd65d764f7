import type { Check } from '../../../protocol/api/service.ts';
import { clientChoices, deviceChoices, orNone, priorityChoices } from '../../data/choices.ts';
import { desk } from '../../data/desk-api.ts';
import { plainPriorities } from '../../data/priority.ts';
import { type Draft, useDraft } from '../../data/use-draft.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { t } from '../../words/i18n.ts';
import {
  type CheckDraft,
  type CheckKind,
  checkInput,
  checkKinds,
  draftOfCheck,
  newCheck,
  ofKind,
} from './check-draft.ts';
import { RemoveLink } from './RemoveLink.tsx';

interface CheckFormProps {
  readonly check: Check | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

interface PartProps {
  readonly draft: Draft<CheckDraft>;
}

/** Makes a check or changes one: what is looked at, who looks, how often, and when it is an incident. */
export function CheckForm({ check, onClose, onSaved }: CheckFormProps) {
  const draft = useDraft(check ? draftOfCheck(check) : newCheck());
  const { set } = draft;
  const { clientId, kind } = draft.value;
  const byServer = kind === 'tcp' || kind === 'http';
  return (
    <FormDialog
      title={t(check ? 'checks.edit' : 'checks.add')}
      submit={t(check ? 'action.save' : 'checks.add')}
      class="dialog-wide"
      onClose={onClose}
      run={async () => {
        const input = checkInput(draft.value);
        await (check ? desk.changeCheck(check.id, input) : desk.createCheck(input));
        onSaved();
      }}
    >
      <div class="form-pair">
        <SelectField<CheckKind>
          label={t('checks.kind')}
          value={kind}
          hint={t(`check.${kind}.hint`)}
          options={checkKinds.map((value) => ({ value, label: t(`check.${value}`) }))}
          onChange={(value) => draft.put(ofKind(draft.value, value))}
        />
        <TextField label={t('checks.name')} {...draft.text('name')} autoComplete="off" />
      </div>
      <TargetFields draft={draft} />
      <div class="form-pair">
        <SelectField
          label={t('fleet.client')}
          value={clientId}
          required
          options={orNone(t('report.choose'), clientChoices())}
          onChange={(value) => set({ clientId: value, deviceId: '' })}
        />
        <SelectField
          label={t('checks.runBy')}
          {...draft.choice('deviceId')}
          required={!byServer}
          hint={byServer ? t('checks.runByHint') : t('checks.runByAgent')}
          options={orNone(t(byServer ? 'checks.serverChoice' : 'report.choose'), deviceChoices(clientId))}
        />
      </div>
      <PaceFields draft={draft} />
      {check && (
        <RemoveLink
          word={t('checks.remove')}
          sentence={t('checks.removeSentence')}
          run={() => desk.deleteCheck(check.id)}
          onDone={onSaved}
        />
      )}
    </FormDialog>
  );
}

function TargetFields({ draft }: PartProps) {
  const { kind } = draft.value;
  if (kind === 'process' || kind === 'unit') {
    return (
      <TextField
        label={t(`check.${kind}.name`)}
        placeholder={kind === 'process' ? 'sqlservr' : 'postgresql.service'}
        {...draft.text('subject')}
        autoComplete="off"
      />
    );
  }
  if (kind === 'tcp') {
    return (
      <div class="form-pair">
        <TextField label={t('check.host')} {...draft.text('host')} autoComplete="off" />
        <TextField label={t('check.port')} type="number" min={1} max={65_535} {...draft.text('port')} />
      </div>
    );
  }
  return (
    <>
      <TextField label={t('check.url')} type="url" placeholder="https://" {...draft.text('url')} />
      <details class="more-fields">
        <summary>{t('check.more')}</summary>
        <div class="form-pair">
          <Optional label={t('check.status')} hint={t('check.statusHint')} {...draft.text('status')} />
          <Optional label={t('check.text')} hint={t('check.textHint')} {...draft.text('text')} />
          <Optional label={t('check.maxMs')} hint={t('check.maxMsHint')} {...draft.text('maxMs')} />
          <Optional
            label={t('check.certificateDays')}
            hint={t('check.certificateHint')}
            {...draft.text('certificateDays')}
          />
        </div>
      </details>
    </>
  );
}

interface OptionalProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
}

const Optional = (props: OptionalProps) => <TextField {...props} required={false} autoComplete="off" />;

function PaceFields({ draft }: PartProps) {
  return (
    <div class="form-pair form-four">
      <TextField label={t('checks.interval')} type="number" min={5} max={3600} {...draft.text('intervalSeconds')} />
      <TextField label={t('checks.timeout')} type="number" min={1} max={60} {...draft.text('timeoutSeconds')} />
      <TextField label={t('checks.for')} type="number" min={0} max={86_400} {...draft.text('forSeconds')} />
      <SelectField
        label={t('checks.priority')}
        {...draft.choice('priority')}
        options={priorityChoices(plainPriorities)}
      />
    </div>
  );
}
