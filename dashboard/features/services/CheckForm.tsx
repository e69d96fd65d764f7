import { useSignal } from '@preact/signals';
import type { Check } from '../../../protocol/api/service.ts';
import { clientChoices, deviceChoices, orNone, priorityChoices } from '../../data/choices.ts';
import { desk } from '../../data/desk-api.ts';
import { plainPriorities } from '../../data/priority.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { CreateDialog } from '../../ui/ListSection.tsx';
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
  readonly draft: CheckDraft;
  readonly set: (change: Partial<CheckDraft>) => void;
}

/** Makes a check or changes one: what is looked at, who looks, how often, and when it is an incident. */
export function CheckForm({ check, onClose, onSaved }: CheckFormProps) {
  const draft = useSignal(check ? draftOfCheck(check) : newCheck());
  const set = (change: Partial<CheckDraft>) => {
    draft.value = { ...draft.value, ...change };
  };
  const { clientId, deviceId, kind } = draft.value;
  const byServer = kind === 'tcp' || kind === 'http';
  return (
    <CreateDialog
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
          onChange={(value) => {
            draft.value = ofKind(draft.value, value);
          }}
        />
        <TextField
          label={t('checks.name')}
          value={draft.value.name}
          autoComplete="off"
          onInput={(name) => set({ name })}
        />
      </div>
      <TargetFields draft={draft.value} set={set} />
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
          value={deviceId}
          required={!byServer}
          hint={byServer ? t('checks.runByHint') : t('checks.runByAgent')}
          options={orNone(t(byServer ? 'checks.serverChoice' : 'report.choose'), deviceChoices(clientId))}
          onChange={(value) => set({ deviceId: value })}
        />
      </div>
      <PaceFields draft={draft.value} set={set} />
      {check && (
        <RemoveLink
          word={t('checks.remove')}
          sentence={t('checks.removeSentence')}
          run={() => desk.deleteCheck(check.id)}
          onDone={onSaved}
        />
      )}
    </CreateDialog>
  );
}

function TargetFields({ draft, set }: PartProps) {
  if (draft.kind === 'process' || draft.kind === 'unit') {
    return (
      <TextField
        label={t(`check.${draft.kind}.name`)}
        placeholder={draft.kind === 'process' ? 'sqlservr' : 'postgresql.service'}
        value={draft.subject}
        autoComplete="off"
        onInput={(subject) => set({ subject })}
      />
    );
  }
  if (draft.kind === 'tcp') {
    return (
      <div class="form-pair">
        <TextField label={t('check.host')} value={draft.host} autoComplete="off" onInput={(host) => set({ host })} />
        <TextField
          label={t('check.port')}
          type="number"
          min={1}
          max={65_535}
          value={draft.port}
          onInput={(port) => set({ port })}
        />
      </div>
    );
  }
  return (
    <>
      <TextField
        label={t('check.url')}
        type="url"
        placeholder="https://"
        value={draft.url}
        onInput={(url) => set({ url })}
      />
      <details class="more-fields">
        <summary>{t('check.more')}</summary>
        <div class="form-pair">
          <Optional
            label={t('check.status')}
            hint={t('check.statusHint')}
            value={draft.status}
            onInput={(status) => set({ status })}
          />
          <Optional
            label={t('check.text')}
            hint={t('check.textHint')}
            value={draft.text}
            onInput={(text) => set({ text })}
          />
          <Optional
            label={t('check.maxMs')}
            hint={t('check.maxMsHint')}
            value={draft.maxMs}
            onInput={(maxMs) => set({ maxMs })}
          />
          <Optional
            label={t('check.certificateDays')}
            hint={t('check.certificateHint')}
            value={draft.certificateDays}
            onInput={(certificateDays) => set({ certificateDays })}
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

function PaceFields({ draft, set }: PartProps) {
  return (
    <div class="form-pair form-four">
      <TextField
        label={t('checks.interval')}
        type="number"
        min={5}
        max={3600}
        value={draft.intervalSeconds}
        onInput={(intervalSeconds) => set({ intervalSeconds })}
      />
      <TextField
        label={t('checks.timeout')}
        type="number"
        min={1}
        max={60}
        value={draft.timeoutSeconds}
        onInput={(timeoutSeconds) => set({ timeoutSeconds })}
      />
      <TextField
        label={t('checks.for')}
        type="number"
        min={0}
        max={86_400}
        value={draft.forSeconds}
        onInput={(forSeconds) => set({ forSeconds })}
      />
      <SelectField
        label={t('checks.priority')}
        value={draft.priority}
        options={priorityChoices(plainPriorities)}
        onChange={(priority) => set({ priority })}
      />
    </div>
  );
}
