import { useSignal } from '@preact/signals';
import type { IncidentDetail, Priority } from '../../../protocol/api/view.ts';
import { priorityChoices } from '../../data/choices.ts';
import { desk } from '../../data/desk-api.ts';
import { priorities } from '../../data/priority.ts';
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
  const chosen = useSignal<Priority | null>(null);
  const why = useSignal('');
  const priority = chosen.value ?? incident.priority;
  return (
    <AskButton
      label={t('clock.priority')}
      ready={priority !== incident.priority && why.value.trim().length >= LEAST_REASON}
      run={async () => {
        onDone(await desk.changePriority(incident.id, priority, why.value.trim()));
        chosen.value = null;
        why.value = '';
      }}
    >
      <SelectField
        label={t('clock.priorityLabel')}
        value={priority}
        options={priorityChoices(priorities)}
        onChange={(value) => {
          chosen.value = value;
        }}
      />
      <TextArea
        label={t('clock.why')}
        hint={t('clock.priorityHint')}
        value={why.value}
        onInput={(text) => {
          why.value = text;
        }}
      />
    </AskButton>
  );
}
