import type { PersonReportInput } from '../../../protocol/api/person-report.ts';
import type { Priority } from '../../../protocol/api/view.ts';
import type { ProposalQuestion } from '../../data/desk-api.ts';

/** What stands in the form for a person's report. Empty text is "not said". */
export interface ReportDraft {
  readonly clientId: string;
  readonly siteId: string;
  readonly deviceId: string;
  readonly serviceId: string;
  readonly reporter: string;
  /** Local time, as `datetime-local` writes it; empty: now. */
  readonly reportedAt: string;
  readonly text: string;
  readonly aboutInfrastructure: boolean;
  /** The incident it belongs to; null: a new one. */
  readonly incidentId: string | null;
  readonly priority: Priority;
}

/** An empty form, or one that knows what the address says. */
export function draftFrom(query: URLSearchParams): ReportDraft {
  return {
    clientId: query.get('client') ?? '',
    siteId: query.get('site') ?? '',
    deviceId: query.get('device') ?? '',
    serviceId: query.get('service') ?? '',
    reporter: '',
    reportedAt: '',
    text: '',
    aboutInfrastructure: true,
    incidentId: query.get('incident'),
    priority: 'medium',
  };
}

const LEAST_TEXT = 3;

/** What to ask proposals for; null while too little is known. */
export function proposalQuestion(draft: ReportDraft): ProposalQuestion | null {
  const text = draft.text.trim();
  if (draft.clientId === '' || (text.length < LEAST_TEXT && !draft.siteId && !draft.deviceId && !draft.serviceId))
    return null;
  return { ...places(draft), ...when(draft), text };
}

export function reportInput(draft: ReportDraft): PersonReportInput {
  return {
    ...places(draft),
    ...when(draft),
    reporter: draft.reporter.trim(),
    text: draft.text.trim(),
    aboutInfrastructure: draft.aboutInfrastructure,
    incidentId: draft.incidentId,
    ...(draft.incidentId === null && { priority: draft.priority }),
  };
}

function places({ clientId, siteId, deviceId, serviceId }: ReportDraft) {
  return { clientId, siteId: siteId || null, deviceId: deviceId || null, serviceId: serviceId || null };
}

function when({ reportedAt }: ReportDraft): { reportedAt?: string } {
  return reportedAt === '' ? {} : { reportedAt: new Date(reportedAt).toISOString() };
}
