import type { Receiver } from '../../../protocol/api/receiver.ts';
import { clientChoices, orNone, priorityChoices } from '../../data/choices.ts';
import { desk } from '../../data/desk-api.ts';
import { priorities } from '../../data/priority.ts';
import { type Draft, useDraft } from '../../data/use-draft.ts';
import { CheckField, SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { t } from '../../words/i18n.ts';
import {
  draftOfReceiver,
  newReceiver,
  type ReceiverDraft,
  type ReceiverKind,
  receiverInput,
  receiverKinds,
  securities,
  withSecurity,
} from './receiver-draft.ts';

interface ReceiverFormProps {
  readonly receiver: Receiver | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Where to deliver and what; secrets are written, never read back. */
export function ReceiverForm({ receiver, onClose, onSaved }: ReceiverFormProps) {
  const draft = useDraft(receiver ? draftOfReceiver(receiver) : newReceiver());
  return (
    <FormDialog
      title={t(receiver ? 'receivers.edit' : 'receivers.add')}
      submit={t(receiver ? 'action.save' : 'receivers.add')}
      class="dialog-wide"
      onClose={onClose}
      run={async () => {
        const input = receiverInput(draft.value);
        await (receiver ? desk.changeReceiver(receiver.id, input) : desk.createReceiver(input));
        onSaved();
      }}
    >
      <div class="form-pair">
        <SelectField<ReceiverKind>
          label={t('receivers.kind')}
          value={draft.value.kind}
          options={receiverKinds.map((value) => ({ value, label: t(`receiver.${value}`) }))}
          onChange={(kind) => draft.set({ kind, secret: '' })}
        />
        <TextField
          label={t('people.name')}
          {...draft.text('name')}
          autoComplete="off"
          placeholder={t('receivers.namePlaceholder')}
        />
      </div>
      <TargetFields draft={draft} hasSecret={receiver?.hasSecret ?? false} />
      <div class="form-pair">
        <SelectField
          label={t('receivers.minPriority')}
          {...draft.choice('minPriority')}
          hint={t('receivers.minHint')}
          options={priorityChoices(priorities)}
        />
        <SelectField
          label={t('fleet.client')}
          {...draft.choice('clientId')}
          options={orNone(t('keys.allClients'), clientChoices())}
        />
      </div>
      <CheckField label={t('receivers.clocks')} hint={t('receivers.clocksHint')} {...draft.flag('clocks')} />
    </FormDialog>
  );
}

interface PartProps {
  readonly draft: Draft<ReceiverDraft>;
  readonly hasSecret: boolean;
}

function TargetFields({ draft, hasSecret }: PartProps) {
  const secret = <Secret draft={draft} hasSecret={hasSecret} />;
  switch (draft.value.kind) {
    case 'email':
      return <EmailFields draft={draft} hasSecret={hasSecret} />;
    case 'webhook':
      return (
        <>
          <TextField label={t('receiver.url')} type="url" {...draft.text('url')} />
          {secret}
        </>
      );
    case 'ntfy':
      return (
        <>
          <div class="form-pair">
            <TextField label={t('receiver.server')} type="url" {...draft.text('server')} />
            <TextField label={t('receiver.topic')} {...draft.text('topic')} autoComplete="off" />
          </div>
          {secret}
        </>
      );
    case 'telegram':
      return (
        <>
          <TextField label={t('receiver.chatId')} {...draft.text('chatId')} autoComplete="off" />
          {secret}
          <TextField
            label={t('receiver.apiUrl')}
            hint={t('receiver.apiUrlHint')}
            type="url"
            required={false}
            {...draft.text('apiUrl')}
          />
        </>
      );
  }
}

function EmailFields({ draft, hasSecret }: PartProps) {
  const { security } = draft.value;
  return (
    <>
      <TextField label={t('receiver.to')} hint={t('receiver.toHint')} {...draft.text('to')} autoComplete="off" />
      <div class="form-pair">
        <TextField label={t('receiver.host')} {...draft.text('host')} autoComplete="off" />
        <TextField label={t('receiver.sender')} type="email" {...draft.text('from')} autoComplete="off" />
      </div>
      <div class="form-pair">
        <SelectField
          label={t('receiver.security')}
          value={security}
          hint={t(`security.${security}.hint`)}
          options={securities.map((value) => ({ value, label: t(`security.${value}`) }))}
          onChange={(next) => draft.put(withSecurity(draft.value, next))}
        />
        <TextField label={t('check.port')} type="number" min={1} max={65_535} {...draft.text('port')} />
      </div>
      <div class="form-pair">
        <TextField label={t('receiver.user')} required={false} {...draft.text('user')} autoComplete="off" />
        <Secret draft={draft} hasSecret={hasSecret} />
      </div>
    </>
  );
}

const optionalSecret = { email: true, webhook: false, ntfy: true, telegram: false } as const;

function Secret({ draft, hasSecret }: PartProps) {
  const { kind } = draft.value;
  return (
    <TextField
      label={t(`receiver.secret.${kind}`)}
      hint={t(hasSecret ? 'receiver.secretKept' : `receiver.secret.${kind}.hint`)}
      type="password"
      autoComplete="new-password"
      required={!hasSecret && !optionalSecret[kind]}
      {...draft.text('secret')}
    />
  );
}
