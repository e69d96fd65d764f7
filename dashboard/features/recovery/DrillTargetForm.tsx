import type { DrillTarget } from '../../../protocol/api/drills.ts';
import { useDraft } from '../../data/use-draft.ts';
import { SelectField, TextField } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { recovery } from './api.ts';
import { targetDraft, targetInput } from './drill-draft.ts';
import { t } from './words.ts';

interface DrillTargetFormProps {
  readonly planId: string;
  readonly target: DrillTarget | null;
  readonly onClose: () => void;
  readonly onSaved: () => void;
}

/** How often a restore is to be tried, and by when backups are to end. */
export function DrillTargetForm({ planId, target, onClose, onSaved }: DrillTargetFormProps) {
  const draft = useDraft(targetDraft(target));
  const input = targetInput(draft.value);
  return (
    <FormDialog
      title={t('drills.target')}
      submit={t('save')}
      ready={input !== null}
      onClose={onClose}
      run={async () => {
        if (input === null) return;
        await recovery.setDrillTarget(planId, input);
        onSaved();
      }}
    >
      <TextField
        label={t('drills.maxAge')}
        hint={t('drills.maxAgeHint')}
        required={false}
        autoComplete="off"
        {...draft.text('maxAgeDays')}
      />
      <SelectField
        label={t('drills.wanted')}
        {...draft.choice('scope')}
        options={(['full', 'sample'] as const).map((value) => ({ value, label: t(`drills.scope.${value}`) }))}
      />
      <TextField
        label={t('drills.windowEnds')}
        hint={t('drills.windowEndsHint')}
        placeholder="06:00"
        required={false}
        autoComplete="off"
        {...draft.text('windowEndsAt')}
      />
    </FormDialog>
  );
}
