import type { ClockExplanation } from '../../protocol/api/contract.ts';
import type { MaintenanceInput, MaintenanceOccurrence, MaintenanceWindow } from '../../protocol/api/maintenance.ts';
import type { IncidentProposal, PersonReport, PersonReportInput } from '../../protocol/api/person-report.ts';
import type { Receiver, ReceiverInput, ReceiverTest } from '../../protocol/api/receiver.ts';
import type { Check, CheckInput, Service, ServiceInput } from '../../protocol/api/service.ts';
import type { Device, IncidentDetail, Priority } from '../../protocol/api/view.ts';
import { request, requestAll } from './api.ts';

const id = encodeURIComponent;
const ofClient = (clientId: string): { client?: string } => (clientId ? { client: clientId } : {});
const clock = (incidentId: string, verb: string, body: unknown = {}) =>
  request<IncidentDetail>('POST', `/incidents/${id(incidentId)}/${verb}`, body);

/** An occurrence with the window that it is of. */
export type Planned = MaintenanceOccurrence & { readonly title: string; readonly clientId: string };

export type ProposalQuestion = Pick<PersonReportInput, 'clientId' | 'siteId' | 'deviceId' | 'serviceId' | 'text'> & {
  readonly reportedAt?: string;
};

/** The ways of the API that the work of a desk needs: clocks, reports by people, maintenance, services and receivers. */
export const desk = {
  clock: (incidentId: string) => request<ClockExplanation>('GET', `/incidents/${id(incidentId)}/clock`),
  pauseClock: (incidentId: string, reason: string) => clock(incidentId, 'clock/pause', { reason }),
  resumeClock: (incidentId: string) => clock(incidentId, 'clock/resume'),
  changePriority: (incidentId: string, priority: Priority, why: string) =>
    clock(incidentId, 'priority', { priority, why }),
  needOnSite: (incidentId: string) => clock(incidentId, 'on-site'),
  respond: (incidentId: string, text: string) => clock(incidentId, 'respond', { text }),
  arriveOnSite: (incidentId: string) => clock(incidentId, 'on-site/arrived'),

  /** The newest ones, `pages` of a hundred. */
  reports: (pages: number) => requestAll<PersonReport>('/person-reports', {}, { size: 100, most: pages }),
  reportsOf: (clientId: string) => requestAll<PersonReport>('/person-reports', { client: clientId }, { most: 1 }),
  report: (body: PersonReportInput) => request<PersonReport>('POST', '/person-reports', body),
  propose: (body: ProposalQuestion) => request<{ items: IncidentProposal[] }>('POST', '/person-reports/propose', body),
  linkReport: (reportId: string, incidentId: string) =>
    request<PersonReport>('POST', `/person-reports/${id(reportId)}/link`, { incidentId }),

  /** Those of a client, or of all where `clientId` is empty. */
  windows: (clientId: string) => requestAll<MaintenanceWindow>('/maintenance', ofClient(clientId)),
  occurrences: (fromMs: number, toMs: number, clientId: string) => {
    const span = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
    const query = new URLSearchParams({ ...span, ...ofClient(clientId) });
    return request<{ items: Planned[] }>('GET', `/maintenance/occurrences?${query}`);
  },
  previewWindow: (body: MaintenanceInput) =>
    request<{ occurrences: MaintenanceOccurrence[]; warnings: string[] }>('POST', '/maintenance/preview', body),
  createWindow: (body: MaintenanceInput) => request<MaintenanceWindow>('POST', '/maintenance', body),
  changeWindow: (windowId: string, body: MaintenanceInput) =>
    request<MaintenanceWindow>('PUT', `/maintenance/${id(windowId)}`, body),
  cancelWindow: (windowId: string) => request<unknown>('DELETE', `/maintenance/${id(windowId)}`),

  createService: (body: ServiceInput) => request<Service>('POST', '/services', body),
  changeService: (serviceId: string, body: ServiceInput) => request<Service>('PUT', `/services/${id(serviceId)}`, body),
  deleteService: (serviceId: string) => request<void>('DELETE', `/services/${id(serviceId)}`),
  checks: () => requestAll<Check>('/checks'),
  createCheck: (body: CheckInput) => request<Check>('POST', '/checks', body),
  changeCheck: (checkId: string, body: CheckInput) => request<Check>('PUT', `/checks/${id(checkId)}`, body),
  deleteCheck: (checkId: string) => request<void>('DELETE', `/checks/${id(checkId)}`),

  receivers: () => requestAll<Receiver>('/receivers'),
  createReceiver: (body: ReceiverInput) => request<Receiver>('POST', '/receivers', body),
  changeReceiver: (receiverId: string, body: ReceiverInput) =>
    request<Receiver>('PUT', `/receivers/${id(receiverId)}`, body),
  deleteReceiver: (receiverId: string) => request<void>('DELETE', `/receivers/${id(receiverId)}`),
  testReceiver: (receiverId: string) => request<ReceiverTest>('POST', `/receivers/${id(receiverId)}/test`, {}),

  changeDevice: (
    deviceId: string,
    change: { readonly tags?: readonly string[]; readonly remoteUrl?: string | null; readonly expectedHours?: boolean },
  ) => request<Device>('PATCH', `/devices/${id(deviceId)}`, change),
};
