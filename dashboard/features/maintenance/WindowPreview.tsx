import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MaintenanceInput, MaintenanceOccurrence } from '../../../protocol/api/maintenance.ts';
import { sentenceOf } from '../../data/api.ts';
import { desk } from '../../data/desk-api.ts';
import { Failure } from '../../ui/Failure.tsx';
import { Warnings } from '../../ui/Warnings.tsx';
import { timeIn } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';

const TYPING_MS = 300;
const SHOWN = 5;

interface Preview {
  readonly occurrences: readonly MaintenanceOccurrence[];
  readonly warnings: readonly string[];
  /** That of the input that was answered, which the server has found to exist. */
  readonly timeZone: string;
}

/** What would come of the form as it stands: the next times, whether each counts and why, and what is odd about it. */
export function WindowPreview({ input }: { input: MaintenanceInput | null }) {
  const preview = useSignal<Preview | null>(null);
  const error = useSignal<string | null>(null);
  const question = JSON.stringify(input);
  // the input as text is what the answer depends on
  useEffect(() => {
    if (input === null) return;
    let wanted = true;
    const timer = setTimeout(() => {
      desk.previewWindow(input).then(
        (answer) => {
          if (!wanted) return;
          preview.value = { ...answer, timeZone: input.timeZone };
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
  return (
    <section class="window-preview" aria-live="polite">
      <h3>{t('maintenance.preview')}</h3>
      {input === null && <p class="quiet">{t('maintenance.previewNeeds')}</p>}
      {error.value && <Failure sentence={error.value} />}
      {input !== null && preview.value && <Answer preview={preview.value} />}
    </section>
  );
}

function Answer({ preview }: { preview: Preview }) {
  const { timeZone } = preview;
  return (
    <>
      <Warnings warnings={preview.warnings} />
      <ol class="preview-list">
        {preview.occurrences.slice(0, SHOWN).map((occurrence) => (
          <li key={occurrence.from}>
            <p>
              <strong>
                {t('clock.span', {
                  from: timeIn(timeZone, Date.parse(occurrence.from)),
                  to: timeIn(timeZone, Date.parse(occurrence.to)),
                })}
              </strong>{' '}
              <span class={occurrence.excludes ? 'effect' : 'effect effect-silences'}>
                {t(occurrence.excludes ? 'maintenance.excludes' : 'maintenance.silences')}
              </span>
            </p>
            <p class="quiet">{occurrence.reason}</p>
          </li>
        ))}
      </ol>
      {preview.occurrences.length > SHOWN && (
        <p class="quiet">{t('maintenance.previewMore', { count: preview.occurrences.length - SHOWN })}</p>
      )}
    </>
  );
}
