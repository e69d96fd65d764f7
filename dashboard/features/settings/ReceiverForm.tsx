import { useSignal } from '@preact/signals';
import type { Receiver } from '../../../protocol/api/receiver.ts';
import { clientChoices, orNone, priorityChoices } from '../../data/choices.ts';
import { desk } from '../../data/desk-api.ts';
import { priorities } from '../../data/priority.ts';
import { CheckField, SelectField, TextField } from '../../ui/Field.tsx';
import { CreateDialog } from '../../ui/ListSection.tsx';
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
  const draft = useSignal(receiver ? draftOfReceiver(receiver) : newReceiver());
  const set = (change: Partial<ReceiverDraft>) => {
    draft.value = { ...draft.value, ...change };
  };
  const { name, kind, clientId, minPriority, clocks } = draft.value;
  return (
    <CreateDialog
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
          value={kind}
          options={receiverKinds.map((value) => ({ value, label: t(`receiver.${value}`) }))}
          onChange={(value) => set({ kind: value, secret: '' })}
        />
        <TextField
          label={t('people.name')}
          value={name}
          autoComplete="off"
          placeholder={t('receivers.namePlaceholder')}
          onInput={(text) => set({ name: text })}
        />
      </div>
      <TargetFields draft={draft.value} set={set} hasSecret={receiver?.hasSecret ?? false} />
      <div class="form-pair">
        <SelectField
          label={t('receivers.minPriority')}
          value={minPriority}
          hint={t('receivers.minHint')}
          options={priorityChoices(priorities)}
          onChange={(value) => set({ minPriority: value })}
        />
        <SelectField
          label={t('fleet.client')}
          value={clientId}
          options={orNone(t('keys.allClients'), clientChoices())}
          onChange={(value) => set({ clientId: value })}
        />
      </div>
      <CheckField
        label={t('receivers.clocks')}
        hint={t('receivers.clocksHint')}
        checked={clocks}
        onChange={(checked) => set({ clocks: checked })}
      />
    </CreateDialog>
  );
}

interface PartProps {
  readonly draft: ReceiverDraft;
  readonly set: (change: Partial<ReceiverDraft>) => void;
  readonly hasSecret: boolean;
}

function TargetFields({ draft, set, hasSecret }: PartProps) {
  const secret = <Secret draft={draft} set={set} hasSecret={hasSecret} />;
  switch (draft.kind) {
    case 'email':
      return <EmailFields draft={draft} set={set} hasSecret={hasSecret} />;
    case 'webhook':
      return (
        <>
          <TextField label={t('receiver.url')} type="url" value={draft.url} onInput={(url) => set({ url })} />
          {secret}
        </>
      );
    case 'ntfy':
      return (
        <>
          <div class="form-pair">
            <TextField
              label={t('receiver.server')}
              type="url"
              value={draft.server}
              onInput={(server) => set({ server })}
            />
            <TextField
              label={t('receiver.topic')}
              value={draft.topic}
              autoComplete="off"
              onInput={(topic) => set({ topic })}
            />
          </div>
          {secret}
        </>
      );
    case 'telegram':
      return (
        <>
          <TextField
            label={t('receiver.chatId')}
            value={draft.chatId}
            autoComplete="off"
            onInput={(chatId) => set({ chatId })}
          />
          {secret}
          <TextField
            label={t('receiver.apiUrl')}
            hint={t('receiver.apiUrlHint')}
            type="url"
            required={false}
            value={draft.apiUrl}
            onInput={(apiUrl) => set({ apiUrl })}
          />
        </>
      );
  }
}

function EmailFields({ draft, set, hasSecret }: PartProps) {
  return (
    <>
      <TextField
        label={t('receiver.to')}
        hint={t('receiver.toHint')}
        value={draft.to}
        autoComplete="off"
        onInput={(to) => set({ to })}
      />
      <div class="form-pair">
        <TextField label={t('receiver.host')} value={draft.host} autoComplete="off" onInput={(host) => set({ host })} />
        <TextField
          label={t('receiver.sender')}
          type="email"
          value={draft.from}
          autoComplete="off"
          onInput={(from) => set({ from })}
        />
      </div>
      <div class="form-pair">
        <SelectField
          label={t('receiver.security')}
          value={draft.security}
          hint={t(`security.${draft.security}.hint`)}
          options={securities.map((value) => ({ value, label: t(`security.${value}`) }))}
          onChange={(security) => set(withSecurity(draft, security))}
        />
        <TextField
          label={t('check.port')}
          type="number"
          min={1}
          max={65_535}
          value={draft.port}
          onInput={(port) => set({ port })}
        />
      </div>
      <div class="form-pair">
        <TextField
          label={t('receiver.user')}
          required={false}
          value={draft.user}
          autoComplete="off"
          onInput={(user) => set({ user })}
        />
        <Secret draft={draft} set={set} hasSecret={hasSecret} />
      </div>
    </>
  );
}

const optionalSecret = { email: true, webhook: false, ntfy: true, telegram: false } as const;

function Secret({ draft, set, hasSecret }: PartProps) {
  return (
    <TextField
      label={t(`receiver.secret.${draft.kind}`)}
      hint={t(hasSecret ? 'receiver.secretKept' : `receiver.secret.${draft.kind}.hint`)}
      type="password"
      autoComplete="new-password"
      required={!hasSecret && !optionalSecret[draft.kind]}
      value={draft.secret}
      onInput={(secret) => set({ secret })}
    />
  );
}
