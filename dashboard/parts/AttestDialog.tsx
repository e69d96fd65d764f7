import type { AttestationInput, LedgerEntry } from '../../protocol/api/availability.ts';
import type { Responsibility } from '../../protocol/api/contract.ts';
import { sla } from '../data/api-sla.ts';
import { responsibilities } from '../data/contract-draft.ts';
import { devices } from '../data/store.ts';
import { type Draft, useDraft } from '../data/use-draft.ts';
import { CheckField, SelectField, TextArea, TextField } from '../ui/Field.tsx';
import { FormDialog } from '../ui/FormDialog.tsx';
import { RadioCards } from '../ui/RadioCards.tsx';
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

interface AttestDraft {
  readonly verdict: AttestationInput['verdict'];
  /** Empty: nobody's. */
  readonly responsibility: Responsibility | '';
  readonly evidence: string;
  readonly wholeSite: boolean;
  readonly why: string;
}

/** A person says what a stretch that no evidence decides was; the ledger keeps who and why. */
export function AttestDialog({ subject, entry, likely, onClose, onDone }: AttestProps) {
  const draft = useDraft<AttestDraft>({
    verdict: 'down',
    responsibility: likely ?? '',
    evidence: '',
    wholeSite: false,
    why: '',
  });
  const deviceId = 'deviceId' in subject ? subject.deviceId : null;
  const siteId = 'siteId' in subject ? subject.siteId : (devices.value.get(subject.deviceId)?.siteId ?? null);
  return (
    <FormDialog
      title={t('attest.title')}
      submit={t('attest.submit')}
      onClose={onClose}
      run={async () => {
        const said = attestation(entry, draft.value);
        if (deviceId !== null && !(draft.value.wholeSite && siteId !== null)) {
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
        {t(deviceId === null ? 'attest.sentenceSite' : isUnknown(entry) ? 'attest.sentence' : 'attest.sentenceDown', {
          from: dayTime(Date.parse(entry.from)),
          to: dayTime(Date.parse(entry.to)),
          span: wholeSpan(entry.durationMs),
        })}
      </p>
      <p class="hint">
        <Words said={entry.said} at={entry.to} />
      </p>
      <Verdict draft={draft} entry={entry} />
      {deviceId !== null && siteId !== null && (
        <CheckField label={t('attest.wholeSite')} hint={t('attest.wholeSiteHint')} {...draft.flag('wholeSite')} />
      )}
      <TextArea
        label={t('attest.why')}
        hint={t('attest.whyHint')}
        minLength={3}
        maxLength={2000}
        {...draft.text('why')}
      />
    </FormDialog>
  );
}

type Entry = AttestProps['entry'];

const isUnknown = ({ state }: Entry): boolean => state === 'unknown';

function attestation({ from, to }: Entry, draft: AttestDraft): AttestationInput {
  const { verdict, responsibility, evidence, why } = draft;
  return {
    from,
    to,
    verdict,
    why: why.trim(),
    ...(verdict === 'down' && responsibility !== '' && { responsibility, evidence: evidence.trim() }),
  };
}

/** Up or down; and where it was down, whose fault it was, and what shows it. */
function Verdict({ draft, entry }: { draft: Draft<AttestDraft>; entry: Entry }) {
  const { verdict, responsibility } = draft.value;
  return (
    <>
      {isUnknown(entry) && (
        <RadioCards
          label={t('attest.verdict')}
          {...draft.choice('verdict')}
          options={(['down', 'up'] as const).map((value) => ({
            value,
            label: t(`ledger.${value}`),
            hint: t(`attest.${value}`),
          }))}
        />
      )}
      {verdict === 'down' && (
        <SelectField
          label={t('attest.whose')}
          hint={t('attest.whoseHint')}
          {...draft.choice('responsibility')}
          required={!isUnknown(entry)}
          options={[
            { value: '', label: t('attest.nobody') },
            ...responsibilities.map((value) => ({ value, label: t(`blame.${value}`) })),
          ]}
        />
      )}
      {verdict === 'down' && responsibility !== '' && (
        <TextField
          label={t('attest.evidence')}
          hint={t('attest.evidenceHint')}
          autoComplete="off"
          minLength={3}
          {...draft.text('evidence')}
        />
      )}
    </>
  );
}
