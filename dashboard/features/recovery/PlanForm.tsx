import { useId } from 'preact/hooks';
import type { RecoveryPlanDetail } from '../../../protocol/api/recovery.ts';
import { clientChoices, deviceChoices, orNone, serviceChoices } from '../../data/choices.ts';
import { server } from '../../data/store.ts';
import { toggled } from '../../data/toggled.ts';
import { type Draft, useDraft } from '../../data/use-draft.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { Segmented } from '../../ui/Segmented.tsx';
import { weekdayName } from '../../words/format.ts';
import { knownZones } from '../../words/zone.ts';
import { recovery } from './api.ts';
import { PlanPreview } from './PlanPreview.tsx';
import { draftOf, newPlan, type PlanDraft, planInput } from './plan-draft.ts';
import { t } from './words.ts';

const kinds = ['device', 'service', 'other'] as const;
const tools = ['restic', 'borg', 'command'] as const;
const rhythms = ['daily', 'interval', 'cron', 'unknown'] as const;
const weekdays = [1, 2, 3, 4, 5, 6, 7] as const;

interface PlanFormProps {
  /** What is changed; null: a new one. */
  readonly plan: RecoveryPlanDetail | null;
  /** Whose a new one is, and what it protects, where that is known already. */
  readonly clientId?: string;
  readonly deviceId?: string;
  readonly onClose: () => void;
  readonly onSaved: (plan: RecoveryPlanDetail) => void;
}

/** Makes a plan or changes one, and shows beside it what it can keep. */
export function PlanForm({ plan, clientId = '', deviceId = '', onClose, onSaved }: PlanFormProps) {
  const zone = server.value?.timeZone ?? 'UTC';
  const draft = useDraft(plan ? draftOf(plan) : { ...newPlan(clientId, zone), targetId: deviceId });
  const input = planInput(draft.value);
  return (
    <FormDialog
      title={t(plan ? 'edit' : 'add')}
      submit={t(plan ? 'save' : 'add')}
      class="dialog-wide"
      ready={input !== null}
      onClose={onClose}
      run={async () => {
        if (input !== null) onSaved(await (plan ? recovery.change(plan.id, input) : recovery.create(input)));
      }}
    >
      <WhatFields draft={draft} isNew={plan === null} />
      <WhereFields draft={draft} />
      <RhythmFields draft={draft} />
      <div class="form-pair">
        <TextField
          label={t('form.rpo')}
          hint={t('form.contractHint')}
          placeholder={t('form.ofContract')}
          required={false}
          autoComplete="off"
          {...draft.text('rpoHours')}
        />
        <TextField
          label={t('form.rto')}
          hint={t('form.contractHint')}
          placeholder={t('form.ofContract')}
          required={false}
          autoComplete="off"
          {...draft.text('rtoHours')}
        />
      </div>
      <PlanPreview input={input} onProposal={(rpoHours) => draft.set({ rpoHours })} />
    </FormDialog>
  );
}

interface PartProps {
  readonly draft: Draft<PlanDraft>;
}

/** What is protected. A plan stays with its client. */
function WhatFields({ draft, isNew }: PartProps & { isNew: boolean }) {
  const { set } = draft;
  const { clientId, protects } = draft.value;
  return (
    <>
      <div class="form-pair">
        {isNew && (
          <SelectField
            label={t('form.client')}
            value={clientId}
            required
            options={orNone(t('form.choose'), clientChoices())}
            onChange={(value) => set({ clientId: value, targetId: '' })}
          />
        )}
        <TextField
          label={t('form.name')}
          placeholder={t('form.namePlaceholder')}
          autoComplete="off"
          {...draft.text('name')}
        />
      </div>
      <div class="form-pair">
        <div class="field">
          <span>{t('form.what')}</span>
          <Segmented
            label={t('form.what')}
            value={protects}
            options={kinds.map((value) => ({ value, label: t(`form.${value}`) }))}
            onChange={(value) => set({ protects: value, targetId: '' })}
          />
        </div>
        {protects !== 'other' && (
          <SelectField
            label={t(protects === 'device' ? 'form.whichDevice' : 'form.whichService')}
            {...draft.choice('targetId')}
            required
            options={orNone(
              t('form.choose'),
              protects === 'device' ? deviceChoices(clientId) : serviceChoices(clientId),
            )}
          />
        )}
      </div>
    </>
  );
}

function WhereFields({ draft }: PartProps) {
  return (
    <>
      <div class="form-pair">
        <SelectField
          label={t('form.tool')}
          {...draft.choice('tool')}
          options={tools.map((value) => ({ value, label: t(`tool.${value}`) }))}
        />
        <TextField
          label={t('form.place')}
          placeholder={t('form.placePlaceholder')}
          autoComplete="off"
          {...draft.text('place')}
        />
      </div>
      <label class="check">
        <input
          type="checkbox"
          checked={draft.value.isOffSite}
          onChange={(event) => draft.set({ isOffSite: event.currentTarget.checked })}
        />
        <span>{t('form.isOffSite')}</span>
      </label>
    </>
  );
}

function RhythmFields({ draft }: PartProps) {
  const { rhythm, closedWeekdays } = draft.value;
  const zones = useId();
  return (
    <>
      <div class="form-pair">
        <SelectField
          label={t('form.rhythm')}
          {...draft.choice('rhythm')}
          options={rhythms.map((value) => ({ value, label: t(`form.rhythm.${value}`) }))}
        />
        {rhythm === 'daily' && (
          <TextField label={t('form.at')} placeholder="22:00" autoComplete="off" {...draft.text('at')} />
        )}
        {rhythm === 'interval' && (
          <TextField label={t('form.every')} type="number" min={5} max={525_600} {...draft.text('everyMinutes')} />
        )}
        {rhythm === 'cron' && (
          <TextField label={t('form.line')} hint={t('form.lineHint')} autoComplete="off" {...draft.text('line')} />
        )}
      </div>
      <div class="form-pair">
        <TextField label={t('form.duration')} type="number" min={0} max={10_080} {...draft.text('durationMinutes')} />
        <TextField label={t('form.zone')} list={zones} autoComplete="off" {...draft.text('timeZone')} />
        <datalist id={zones}>
          {knownZones().map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      </div>
      <fieldset class="chips closed-days">
        <legend>{t('form.closed')}</legend>
        {weekdays.map((weekday) => (
          <button
            key={weekday}
            type="button"
            class="chip"
            aria-pressed={closedWeekdays.includes(weekday)}
            aria-label={weekdayName(weekday)}
            onClick={() => draft.set({ closedWeekdays: toggled(closedWeekdays, weekday).sort() })}
          >
            {weekdayName(weekday, 'short')}
          </button>
        ))}
      </fieldset>
    </>
  );
}
