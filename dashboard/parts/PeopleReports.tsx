import { useSignal } from '@preact/signals';
import type { PersonReport } from '../../protocol/api/person-report.ts';
import type { IncidentDetail } from '../../protocol/api/view.ts';
import { api } from '../data/api.ts';
import { desk } from '../data/desk-api.ts';
import { canAct, isAdmin } from '../data/store.ts';
import { reportHref } from '../route/routes.ts';
import { ActionButton } from '../ui/ActionButton.tsx';
import { When } from '../ui/Ago.tsx';
import { Async, useLoaded } from '../ui/Async.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { Nothing } from '../ui/Nothing.tsx';
import { rich, t } from '../words/i18n.ts';
import { leadSentence } from '../words/lead.ts';
import { ReplaceReportLink } from './ReplaceReportLink.tsx';

interface PeopleReportsProps {
  readonly incident: IncidentDetail;
  readonly onDone: (next: IncidentDetail) => void;
}

/** What people said about it, and by how much we knew first. */
export function PeopleReports({ incident, onDone }: PeopleReportsProps) {
  const linking = useSignal(false);
  return (
    <section class="card">
      <header class="card-head">
        <h2>{t('people.reports')}</h2>
        {canAct.value && (
          <span class="card-actions">
            {isAdmin.value && incident.reports.some(({ via }) => via === 'portal') && (
              <ReplaceReportLink clientId={incident.clientId} kind="link" />
            )}
            <a class="link" href={newReport(incident)}>
              {t('people.newReport')}
            </a>
            <button
              type="button"
              class="link"
              onClick={() => {
                linking.value = true;
              }}
            >
              {t('people.link')}
            </button>
          </span>
        )}
      </header>
      {incident.reports.length === 0 ? (
        <p class="quiet">{t('people.noReports')}</p>
      ) : (
        <ul class="report-list">
          {incident.reports.map((report) => (
            <li key={report.id}>
              <ReportWords report={report} />
              <p class="lead-sentence">{leadSentence(report.leadMs)}</p>
            </li>
          ))}
        </ul>
      )}
      {linking.value && (
        <LinkDialog
          incident={incident}
          onDone={onDone}
          onClose={() => {
            linking.value = false;
          }}
        />
      )}
    </section>
  );
}

/** Who said what, when and by which way. */
export function ReportWords({ report }: { report: PersonReport }) {
  return (
    <>
      <p class="report-head">
        <strong>{report.reporter}</strong>{' '}
        <span class="quiet">
          {rich('people.via', { via: t(`via.${report.via}`), when: <When at={report.reportedAt} /> })}
        </span>
      </p>
      <p class="report-text">{report.text}</p>
    </>
  );
}

function newReport(incident: IncidentDetail): string {
  return reportHref({
    client: incident.clientId,
    ...(incident.siteId && { site: incident.siteId }),
    ...(incident.deviceId && { device: incident.deviceId }),
    ...(incident.serviceId && { service: incident.serviceId }),
    incident: incident.id,
  });
}

/** Reports of the same client that belong to another incident or to none. */
function LinkDialog({ incident, onDone, onClose }: PeopleReportsProps & { onClose: () => void }) {
  const loaded = useLoaded(`link ${incident.id}`, () => desk.reportsOf(incident.clientId));
  return (
    <Dialog title={t('people.link')} onClose={onClose}>
      <Async loaded={loaded}>
        {({ items }) => {
          const choices = items.filter(({ incidentId }) => incidentId !== incident.id);
          if (choices.length === 0) return <Nothing>{t('people.nothingToLink')}</Nothing>;
          return (
            <ul class="report-list">
              {choices.map((report) => (
                <li key={report.id}>
                  <ReportWords report={report} />
                  <ActionButton
                    run={async () => {
                      await desk.linkReport(report.id, incident.id);
                      onDone(await api.incident(incident.id));
                      onClose();
                    }}
                  >
                    {t('people.linkThis')}
                  </ActionButton>
                </li>
              ))}
            </ul>
          );
        }}
      </Async>
    </Dialog>
  );
}
