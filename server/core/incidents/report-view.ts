import type { PersonReport } from '../../../protocol/api/person-report.ts';
import type { Row } from '../../platform/store/tables.ts';

/** A report as screens show it. */
export function reportView(row: Row<'person_report'>): PersonReport {
  return {
    id: row.id,
    clientId: row.client_id,
    siteId: row.site_id,
    deviceId: row.device_id,
    serviceId: row.service_id,
    reportedAt: new Date(row.reported_at).toISOString(),
    reporter: row.reporter,
    via: row.via,
    text: row.text,
    aboutInfrastructure: row.about_infrastructure === 1,
    incidentId: row.incident_id,
    leadMs: row.lead_ms,
  };
}
