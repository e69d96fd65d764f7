import { useSignal } from '@preact/signals';
import type { IncidentDetail } from '../../../protocol/api/view.ts';
import { priorityChoices } from '../../data/choices.ts';
import { desk } from '../../data/desk-api.ts';
import { priorities } from '../../data/priority.ts';
import { useDraft } from '../../data/use-draft.ts';
import { AskButton } from '../../ui/AskButton.tsx';
import { SelectField, TextArea } from '../../ui/Field.tsx';
import { t } from '../../words/i18n.ts';

interface ActionProps {
  readonly incident: IncidentDetail;
  readonly onDone: (next: IncidentDetail) => void;
}

const LEAST_REASON = 3;

/** Business time stands still while the client has to act; the reason stays with the clock. */
export function PauseClock({ incident, onDone }: ActionProps) {
  const reason = useSignal('');
  return (
    <AskButton
      label={t('clock.pause')}
      title={t('clock.pauseTitle')}
      ready={reason.value.trim().length >= LEAST_REASON}
      run={async () => {
        onDone(await desk.pauseClock(incident.id, reason.value.trim()));
        reason.value = '';
      }}
    >
      <TextArea
        label={t('clock.reason')}
        hint={t('clock.pauseHint')}
        placeholder={t('clock.pausePlaceholder')}
        value={reason.value}
        onInput={(text) => {
          reason.value = text;
        }}
      />
    </AskButton>
  );
}

/** Computes the due time anew from the start; both computations are kept. */
export function ChangePriority({ incident, onDone }: ActionProps) {
  const draft = useDraft({ priority: incident.priority, why: '' });
  const { priority, why } = draft.value;
  return (
    <AskButton
      label={t('clock.priority')}
      onOpen={() => draft.put({ priority: incident.priority, why: '' })}
      ready={priority !== incident.priority && why.trim().length >= LEAST_REASON}
      run={async () => {
        onDone(await desk.changePriority(incident.id, priority, why.trim()));
      }}
    >
      <SelectField
        label={t('clock.priorityLabel')}
        {...draft.choice('priority')}
        options={priorityChoices(priorities)}
      />
      <TextArea label={t('clock.why')} hint={t('clock.priorityHint')} {...draft.text('why')} />
    </AskButton>
  );
}
