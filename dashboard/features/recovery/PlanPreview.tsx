import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { RecoveryPlanInput, RecoveryPlanPreview } from '../../../protocol/api/recovery.ts';
import { sentenceOf } from '../../data/api.ts';
import { span } from '../../parts/recovery/span.ts';
import { Failure } from '../../ui/Failure.tsx';
import { recovery } from './api.ts';
import { hoursText } from './plan-draft.ts';
import { WorstCase } from './WorstCase.tsx';
import { t } from './words.ts';

const TYPING_MS = 300;

interface PlanPreviewProps {
  /** Null while something is missing. */
  readonly input: RecoveryPlanInput | null;
  /** Takes the RPO that such a plan can keep, in hours. */
  readonly onProposal: (rpoHours: string) => void;
}

/** What the plan of the form could keep: its worst case, and a promise that holds where this one does not. */
export function PlanPreview({ input, onProposal }: PlanPreviewProps) {
  const preview = useSignal<RecoveryPlanPreview | null>(null);
  const error = useSignal<string | null>(null);
  const question = JSON.stringify(input);
  // the input as text is what the answer depends on
  useEffect(() => {
    if (input === null) return;
    let wanted = true;
    const timer = setTimeout(() => {
      recovery.preview(input).then(
        (answer) => {
          if (!wanted) return;
          preview.value = answer;
          error.value = null;
        },
        (cause: unknown) => {
          if (!wanted) return;
          preview.value = null;
          error.value = sentenceOf(cause);
        },
      );
    }, TYPING_MS);
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [question]);
  const proposal = preview.value?.worstCase?.verdict?.proposalMinutes ?? null;
  return (
    <section class="window-preview" aria-live="polite">
      <h3>{t('form.preview')}</h3>
      {input === null && <p class="quiet">{t('form.previewNeeds')}</p>}
      {error.value && <Failure sentence={error.value} />}
      {input !== null && preview.value && (
        <WorstCase worst={preview.value.worstCase}>
          {proposal !== null && (
            <button type="button" class="link" onClick={() => onProposal(hoursText(proposal))}>
              {t('form.takeProposal', { span: span(proposal * 60_000) })}
            </button>
          )}
        </WorstCase>
      )}
    </section>
  );
}
