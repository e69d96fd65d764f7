import type { PersonReport } from '../../../protocol/api/person-report.ts';
import { isolated } from '../../../protocol/bidi.ts';
import { headlineOf } from '../../data/headline.ts';
import { clients, devices, incidents, services, sites } from '../../data/store.ts';
import { ReportWords } from '../../parts/PeopleReports.tsx';
import { incidentHref } from '../../route/routes.ts';
import { Nothing } from '../../ui/Nothing.tsx';
import { t } from '../../words/i18n.ts';
import { leadSentence } from '../../words/lead.ts';

/** Reports by people, newest first, each with its incident and who knew first. */
export function ReportTable({ reports }: { reports: readonly PersonReport[] }) {
  if (reports.length === 0) return <Nothing>{t('report.none')}</Nothing>;
  return (
    <ul class="report-rows">
      {reports.map((report) => (
        <li key={report.id}>
          <div class="report-said">
            <ReportWords report={report} />
            <p class="quiet">{placeOf(report)}</p>
          </div>
          <div class="report-belongs">
            {report.incidentId === null ? (
              <span class="quiet">{t('report.noIncident')}</span>
            ) : (
              <a href={incidentHref(report.incidentId)}>
                {headlineOf(incidents.value.get(report.incidentId), t('report.itsIncident'))}
              </a>
            )}
            <p class="lead-sentence">{leadSentence(report.leadMs)}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}

function placeOf({ clientId, siteId, deviceId, serviceId }: PersonReport): string {
  return [
    clients.value.get(clientId)?.name,
    sites.value.get(siteId ?? '')?.name,
    devices.value.get(deviceId ?? '')?.name,
    services.value.get(serviceId ?? '')?.name,
  ]
    .filter((name) => name !== undefined)
    .map(isolated)
    .join(' / ');
}
