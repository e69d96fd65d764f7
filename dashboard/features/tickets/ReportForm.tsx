import { useSignal } from '@preact/signals';
import type { PersonReport } from '../../../protocol/api/person-report.ts';
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
import { type Draft, useDraft } from '../../data/use-draft.ts';
import { place } from '../../route/router.ts';
import { incidentHref } from '../../route/routes.ts';
import { CheckField, SelectField, TextArea, TextField } from '../../ui/Field.tsx';
import { Form } from '../../ui/Form.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { rich, t } from '../../words/i18n.ts';
import { leadSentence } from '../../words/lead.ts';
import { Proposals } from './Proposals.tsx';
import { draftFrom, type ReportDraft, reportInput } from './report-draft.ts';

/** Takes down what a person says, and proposes the incident that it is about while one types. */
export function ReportForm({ onDone }: { onDone: () => void }) {
  const draft = useDraft(draftFrom(place.value.query));
  const made = useSignal<PersonReport | null>(null);
  const send = async () => {
    made.value = await desk.report(reportInput(draft.value));
    draft.put(draftFrom(new URLSearchParams()));
    onDone();
  };
  return (
    <Form class="report-columns" submit={t('report.send')} buttons="wide" run={send}>
      {(foot) => (
        <>
          <section class="card form">
            <Places draft={draft} />
            <Words draft={draft} />
          </section>
          <section class="card report-side" aria-label={t('report.belongs')}>
            <header class="card-head">
              <h2>{t('report.belongs')}</h2>
            </header>
            <Proposals draft={draft.value} onChoose={(incidentId) => draft.set({ incidentId })} />
            {draft.value.incidentId === null && (
              <SelectField
                label={t('report.priority')}
                {...draft.choice('priority')}
                options={priorityChoices(priorities)}
              />
            )}
            {foot}
            {made.value && <Made report={made.value} />}
          </section>
        </>
      )}
    </Form>
  );
}

interface PartProps {
  readonly draft: Draft<ReportDraft>;
}

/** A narrower place drops what no longer lies in it. */
function Places({ draft }: PartProps) {
  const { set } = draft;
  const { clientId, siteId, deviceId } = draft.value;
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
          {...draft.choice('serviceId')}
          options={orNone(t('report.notSaid'), serviceChoices(clientId))}
        />
      </div>
    </>
  );
}

function Words({ draft }: PartProps) {
  return (
    <>
      <TextArea label={t('report.text')} placeholder={t('report.textPlaceholder')} rows={4} {...draft.text('text')} />
      <div class="form-pair">
        <TextField label={t('report.reporter')} {...draft.text('reporter')} autoComplete="off" />
        <TextField
          label={t('report.when')}
          hint={t('report.whenHint')}
          type="datetime-local"
          required={false}
          {...draft.text('reportedAt')}
        />
      </div>
      <CheckField
        label={t('report.infrastructure')}
        hint={t('report.infrastructureHint')}
        {...draft.flag('aboutInfrastructure')}
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
