import { useSignal } from '@preact/signals';
import type { AttestationInput, LedgerEntry } from '../../protocol/api/availability.ts';
import type { Responsibility } from '../../protocol/api/contract.ts';
import { sla } from '../data/api-sla.ts';
import { responsibilities } from '../data/contract-draft.ts';
import { devices } from '../data/store.ts';
import { CheckField, Field, SelectField, TextField } from '../ui/Field.tsx';
import { CreateDialog } from '../ui/ListSection.tsx';
import { say } from '../ui/Toasts.tsx';
import { Words } from '../ui/Words.tsx';
import { dayTime } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import { wholeSpan } from '../words/sla-text.ts';

interface AttestProps {
  /** Of a machine, whose site may be meant too, or of all machines of a site. */
  readonly subject: { readonly deviceId: string } | { readonly siteId: string };
  readonly entry: Pick<LedgerEntry, 'from' | 'to' | 'durationMs' | 'state' | 'said' | 'reason'>;
  /** Whose fault it probably was. */
  readonly likely?: Responsibility;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** A person says what a stretch that no evidence decides was; the ledger keeps who and why. */
export function AttestDialog({ subject, entry, likely, onClose, onDone }: AttestProps) {
  const verdict = useSignal<AttestationInput['verdict']>('down');
  const why = useSignal('');
  const evidence = useSignal('');
  const responsibility = useSignal<Responsibility | ''>(likely ?? '');
  const wholeSite = useSignal(false);
  const isUnknown = entry.state === 'unknown';
  const deviceId = 'deviceId' in subject ? subject.deviceId : null;
  const siteId = 'siteId' in subject ? subject.siteId : (devices.value.get(subject.deviceId)?.siteId ?? null);
  const isBlamed = verdict.value === 'down' && responsibility.value !== '';
  return (
    <CreateDialog
      title={t('attest.title')}
      submit={t('attest.submit')}
      onClose={onClose}
      run={async () => {
        const said = {
          from: entry.from,
          to: entry.to,
          verdict: verdict.value,
          why: why.value.trim(),
          ...(isBlamed && responsibility.value !== ''
            ? { responsibility: responsibility.value, evidence: evidence.value.trim() }
            : {}),
        };
        if (deviceId !== null && !(wholeSite.value && siteId !== null)) {
          await sla.attest(deviceId, said);
          say(t('attest.done'));
        } else if (siteId !== null) {
          const { items } = await sla.attestSite(siteId, said);
          say(t('attest.doneSite', { count: items.length }));
        }
        onDone();
      }}
    >
      <p>
        {t(deviceId === null ? 'attest.sentenceSite' : isUnknown ? 'attest.sentence' : 'attest.sentenceDown', {
          from: dayTime(Date.parse(entry.from)),
          to: dayTime(Date.parse(entry.to)),
          span: wholeSpan(entry.durationMs),
        })}
      </p>
      <p class="hint">
        <Words said={entry.said} at={entry.to} />
      </p>
      {isUnknown && (
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
      )}
      {verdict.value === 'down' && (
        <SelectField
          label={t('attest.whose')}
          hint={t('attest.whoseHint')}
          value={responsibility.value}
          required={!isUnknown}
          options={[
            { value: '', label: t('attest.nobody') },
            ...responsibilities.map((value) => ({ value, label: t(`blame.${value}`) })),
          ]}
          onChange={(next) => {
            responsibility.value = next;
          }}
        />
      )}
      {isBlamed && (
        <TextField
          label={t('attest.evidence')}
          hint={t('attest.evidenceHint')}
          value={evidence.value}
          autoComplete="off"
          minLength={3}
          onInput={(next) => {
            evidence.value = next;
          }}
        />
      )}
      {deviceId !== null && siteId !== null && (
        <CheckField
          label={t('attest.wholeSite')}
          hint={t('attest.wholeSiteHint')}
          checked={wholeSite.value}
          onChange={(checked) => {
            wholeSite.value = checked;
          }}
        />
      )}
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
