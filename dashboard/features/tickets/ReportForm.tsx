import { useSignal } from '@preact/signals';
import type { PersonReport } from '../../../protocol/api/person-report.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import {
  clientChoices,
  deviceChoices,
  orNone,
  priorityChoices,
  serviceChoices,
  siteChoices,
} from '../../data/choices.ts';
import { desk } from '../../data/desk-api.ts';
import { priorities } from '../../data/priority.ts';
import { devices } from '../../data/store.ts';
import { useSubmit } from '../../data/use-submit.ts';
import { place } from '../../route/router.ts';
import { incidentHref } from '../../route/routes.ts';
import { Failure } from '../../ui/Failure.tsx';
import { CheckField, SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { rich, t } from '../../words/i18n.ts';
import { leadSentence } from '../../words/lead.ts';
import { Proposals } from './Proposals.tsx';
import { draftFrom, type ReportDraft, reportInput } from './report-draft.ts';

/** Takes down what a person says, and proposes the incident that it is about while one types. */
export function ReportForm({ onDone }: { onDone: () => void }) {
  const draft = useSignal<ReportDraft>(draftFrom(place.value.query));
  const made = useSignal<PersonReport | null>(null);
  const set = (change: Partial<ReportDraft>) => {
    draft.value = { ...draft.value, ...change };
  };
  const { busy, error, onSubmit } = useSubmit(async () => {
    made.value = await desk.report(reportInput(draft.value));
    draft.value = draftFrom(new URLSearchParams());
    onDone();
  });
  return (
    <form class="report-columns" onSubmit={onSubmit}>
      <section class="card form">
        <Places draft={draft.value} set={set} />
        <Words draft={draft.value} set={set} />
      </section>
      <section class="card report-side" aria-label={t('report.belongs')}>
        <header class="card-head">
          <h2>{t('report.belongs')}</h2>
        </header>
        <Proposals draft={draft.value} onChoose={(incidentId) => set({ incidentId })} />
        {draft.value.incidentId === null && (
          <SelectField<Priority>
            label={t('report.priority')}
            value={draft.value.priority}
            options={priorityChoices(priorities)}
            onChange={(priority) => set({ priority })}
          />
        )}
        {error && <Failure sentence={error} />}
        <button type="submit" class="button button-primary button-wide" disabled={busy}>
          {t('report.send')}
        </button>
        {made.value && <Made report={made.value} />}
      </section>
    </form>
  );
}

interface PartProps {
  readonly draft: ReportDraft;
  readonly set: (change: Partial<ReportDraft>) => void;
}

/** A narrower place drops what no longer lies in it. */
function Places({ draft: { clientId, siteId, deviceId, serviceId }, set }: PartProps) {
  return (
    <>
      <div class="form-pair">
        <SelectField
          label={t('fleet.client')}
          value={clientId}
          required
          options={orNone(t('report.choose'), clientChoices())}
          onChange={(value) => set({ clientId: value, siteId: '', deviceId: '', serviceId: '', incidentId: null })}
        />
        <SelectField
          label={t('fleet.site')}
          value={siteId}
          options={orNone(t('report.notSaid'), siteChoices(clientId))}
          onChange={(value) => set({ siteId: value, deviceId: '' })}
        />
      </div>
      <div class="form-pair">
        <SelectField
          label={t('report.device')}
          value={deviceId}
          options={orNone(t('report.notSaid'), deviceChoices(clientId, siteId))}
          onChange={(value) =>
            set({ deviceId: value, ...(value && { siteId: devices.value.get(value)?.siteId ?? siteId }) })
          }
        />
        <SelectField
          label={t('report.service')}
          value={serviceId}
          options={orNone(t('report.notSaid'), serviceChoices(clientId))}
          onChange={(value) => set({ serviceId: value })}
        />
      </div>
    </>
  );
}

function Words({ draft: { reporter, reportedAt, text, aboutInfrastructure }, set }: PartProps) {
  return (
    <>
      <TextArea
        label={t('report.text')}
        placeholder={t('report.textPlaceholder')}
        rows={4}
        value={text}
        onInput={(value) => set({ text: value })}
      />
      <div class="form-pair">
        <TextField
          label={t('report.reporter')}
          value={reporter}
          autoComplete="off"
          onInput={(value) => set({ reporter: value })}
        />
        <TextField
          label={t('report.when')}
          hint={t('report.whenHint')}
          type="datetime-local"
          required={false}
          value={reportedAt}
          onInput={(value) => set({ reportedAt: value })}
        />
      </div>
      <CheckField
        label={t('report.infrastructure')}
        hint={t('report.infrastructureHint')}
        checked={aboutInfrastructure}
        onChange={(checked) => set({ aboutInfrastructure: checked })}
      />
    </>
  );
}

/** What became of the report, and who knew first. */
function Made({ report }: { report: PersonReport }) {
  return (
    <p class="report-made" role="status">
      <Icon name="check" size={16} />
      <span>
        {report.incidentId === null
          ? t('report.kept')
          : rich('report.linked', {
              incident: <a href={incidentHref(report.incidentId)}>{t('report.itsIncident')}</a>,
            })}{' '}
        {leadSentence(report.leadMs)}
      </span>
    </p>
  );
}
