import type { Check, Service, ServiceInput } from '../../../protocol/api/service.ts';
import { clientChoices, deviceChoices, orNone } from '../../data/choices.ts';
import { percentText, readPercent } from '../../data/contract-draft.ts';
import { desk } from '../../data/desk-api.ts';
import { toggled } from '../../data/toggled.ts';
import { useDraft } from '../../data/use-draft.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Nothing } from '../../ui/Nothing.tsx';
import { t } from '../../words/i18n.ts';
import { RemoveLink } from './RemoveLink.tsx';

interface ServiceFormProps {
  readonly service: Service | null;
  readonly checks: readonly Check[];
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

interface ServiceDraft {
  readonly clientId: string;
  readonly name: string;
  readonly deviceIds: readonly string[];
  readonly needed: string;
  readonly checkIds: readonly string[];
  readonly blocks: string;
  readonly target: string;
}

function draftOf(service: Service | null): ServiceDraft {
  return {
    clientId: service?.clientId ?? '',
    name: service?.name ?? '',
    deviceIds: service?.deviceIds ?? [],
    needed: String(service?.needed ?? 1),
    checkIds: service?.checkIds ?? [],
    blocks: service?.blocks ?? '',
    target: percentText(service?.targetPpm ?? null),
  };
}

function inputOf(draft: ServiceDraft): ServiceInput {
  return {
    clientId: draft.clientId,
    name: draft.name.trim(),
    deviceIds: [...draft.deviceIds],
    needed: draft.deviceIds.length === 0 ? 0 : Number(draft.needed),
    checkIds: [...draft.checkIds],
    blocks: draft.blocks.trim() || null,
    targetPpm: draft.target.trim() === '' ? null : (readPercent(draft.target) ?? 0),
  };
}

/** Names what has to work, and says what it is made of. */
export function ServiceForm({ service, checks, onClose, onSaved }: ServiceFormProps) {
  const draft = useDraft(draftOf(service));
  const { set } = draft;
  const { clientId, deviceIds, checkIds, needed, target } = draft.value;
  const isPercent = target.trim() === '' || readPercent(target) !== undefined;
  return (
    <FormDialog
      title={t(service ? 'services.edit' : 'services.add')}
      submit={t(service ? 'action.save' : 'services.add')}
      class="dialog-wide"
      ready={isPercent}
      onClose={onClose}
      run={async () => {
        const input = inputOf(draft.value);
        await (service ? desk.changeService(service.id, input) : desk.createService(input));
        onSaved();
      }}
    >
      <div class="form-pair">
        <TextField
          label={t('services.name')}
          placeholder={t('services.namePlaceholder')}
          {...draft.text('name')}
          autoComplete="off"
          autoFocus
        />
        <SelectField
          label={t('fleet.client')}
          value={clientId}
          required
          options={orNone(t('report.choose'), clientChoices())}
          onChange={(value) => set({ clientId: value, deviceIds: [], checkIds: [] })}
        />
      </div>
      <Ticks
        legend={t('services.machines')}
        empty={t('services.noMachines')}
        chosen={deviceIds}
        choices={deviceChoices(clientId)}
        onChange={(ids) => set({ deviceIds: ids })}
      />
      {deviceIds.length > 0 && (
        <TextField
          label={t('services.needed', { count: deviceIds.length })}
          type="number"
          min={0}
          max={deviceIds.length}
          value={needed}
          onInput={(text) => set({ needed: text })}
        />
      )}
      <Ticks
        legend={t('services.checks')}
        empty={t('services.noChecks')}
        chosen={checkIds}
        choices={checks
          .filter((check) => check.clientId === clientId)
          .map((check) => ({ value: check.id, label: check.name }))}
        onChange={(ids) => set({ checkIds: ids })}
      />
      <div class="form-pair">
        <TextField
          label={t('services.blocksLabel')}
          hint={t('services.blocksHint')}
          required={false}
          {...draft.text('blocks')}
        />
        <TextField
          label={t('services.target')}
          hint={isPercent ? t('services.targetHint') : t('services.targetWrong')}
          required={false}
          placeholder="99.9"
          value={target}
          onInput={(text) => set({ target: text })}
        />
      </div>
      {service && (
        <RemoveLink
          word={t('services.remove')}
          sentence={t('services.removeSentence')}
          run={() => desk.deleteService(service.id)}
          onDone={onSaved}
        />
      )}
    </FormDialog>
  );
}

interface TicksProps {
  readonly legend: string;
  readonly empty: string;
  readonly chosen: readonly string[];
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly onChange: (ids: string[]) => void;
}

function Ticks({ legend, empty, chosen, choices, onChange }: TicksProps) {
  return (
    <fieldset class="ticks">
      <legend>{legend}</legend>
      {choices.length === 0 && <Nothing>{empty}</Nothing>}
      <div class="tick-list">
        {choices.map(({ value, label }) => (
          <label key={value} class="check">
            <input type="checkbox" checked={chosen.includes(value)} onChange={() => onChange(toggled(chosen, value))} />
            <span>{label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
