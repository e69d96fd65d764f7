import { drillFailures } from '../../../protocol/api/drill-failures.ts';
import type { RecoveryDrillInput } from '../../../protocol/api/drills.ts';
import { useDraft } from '../../data/use-draft.ts';
import { SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { recovery } from './api.ts';
import { type DrillDraft, drillInput, newDrill } from './drill-draft.ts';
import { t } from './words.ts';

const results = ['restored', ...drillFailures] as const satisfies readonly RecoveryDrillInput['result'][];
const scopes = ['full', 'sample'] as const;

interface DrillFormProps {
  readonly planId: string;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** Records a restore that somebody tried. */
export function DrillForm({ planId, onClose, onSaved }: DrillFormProps) {
  const draft = useDraft<DrillDraft>(newDrill(Date.now()));
  const input = drillInput(draft.value, planId);
  return (
    <FormDialog
      title={t('drills.record')}
      submit={t('drills.record')}
      class="dialog-wide"
      ready={input !== null}
      onClose={onClose}
      run={async () => {
        if (input === null) return;
        await recovery.recordDrill(input);
        onSaved();
      }}
    >
      <div class="form-pair">
        <SelectField
          label={t('drills.scope')}
          {...draft.choice('scope')}
          options={scopes.map((value) => ({ value, label: t(`drills.scope.${value}`) }))}
        />
        <SelectField
          label={t('drills.result')}
          {...draft.choice('result')}
          options={results.map((value) => ({ value, label: t(`drills.result.${value}`) }))}
        />
      </div>
      <div class="form-pair">
        <TextField label={t('drills.began')} type="datetime-local" {...draft.text('startedAt')} />
        <TextField label={t('drills.ended')} type="datetime-local" {...draft.text('finishedAt')} />
      </div>
      <div class="form-pair">
        <TextField label={t('drills.gigabytes')} required={false} autoComplete="off" {...draft.text('gigabytes')} />
        <TextField label={t('drills.files')} required={false} autoComplete="off" {...draft.text('files')} />
      </div>
      {draft.value.result !== 'restored' && (
        <TextField label={t('drills.first')} required={false} autoComplete="off" {...draft.text('firstDifference')} />
      )}
      <TextArea label={t('drills.evidence')} hint={t('drills.evidenceHint')} {...draft.text('evidence')} />
    </FormDialog>
  );
}
