import { useSignal } from '@preact/signals';
import type { AttestationInput, LedgerEntry } from '../../../protocol/availability.ts';
import { sla } from '../../api-sla.ts';
import { dayTime } from '../../format.ts';
import { t } from '../../i18n.ts';
import { wholeSpan } from '../../sla-text.ts';
import { Field } from '../Field.tsx';
import { CreateDialog } from '../settings/ListSection.tsx';
import { say } from '../Toasts.tsx';

interface AttestProps {
  readonly deviceId: string;
  readonly entry: LedgerEntry;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** A person says what a stretch that no evidence decides was; the ledger keeps who and why. */
export function AttestDialog({ deviceId, entry, onClose, onDone }: AttestProps) {
  const verdict = useSignal<AttestationInput['verdict']>('down');
  const why = useSignal('');
  return (
    <CreateDialog
      title={t('attest.title')}
      submit={t('attest.submit')}
      onClose={onClose}
      run={async () => {
        await sla.attest(deviceId, { from: entry.from, to: entry.to, verdict: verdict.value, why: why.value.trim() });
        say(t('attest.done'));
        onDone();
      }}
    >
      <p>
        {t('attest.sentence', {
          from: dayTime(Date.parse(entry.from)),
          to: dayTime(Date.parse(entry.to)),
          span: wholeSpan(entry.durationMs),
        })}
      </p>
      <p class="hint">{entry.evidence || entry.reason}</p>
      <fieldset class="kinds">
        <legend>{t('attest.verdict')}</legend>
        {(['down', 'up'] as const).map((value) => (
          <label key={value} class="kind">
            <input
              type="radio"
              name="verdict"
              value={value}
              checked={verdict.value === value}
              onChange={() => {
                verdict.value = value;
              }}
            />
            <span>
              <strong>{t(`ledger.${value}`)}</strong>
              <span class="hint">{t(`attest.${value}`)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Field label={t('attest.why')} hint={t('attest.whyHint')}>
        {(id, describedBy) => (
          <textarea
            id={id}
            aria-describedby={describedBy}
            rows={3}
            required
            minLength={3}
            maxLength={2000}
            value={why.value}
            onInput={(event) => {
              why.value = event.currentTarget.value;
            }}
          />
        )}
      </Field>
    </CreateDialog>
  );
}
