import type {
  Attestation,
  AttestationInput,
  AvailabilityReport,
  Ledger,
  PeriodName,
  Strip,
  SubjectKind,
} from '../../protocol/api/availability.ts';
import type {
  ClocksFrom,
  Contract,
  ContractTerms,
  HolidayCorrectionInput,
  HolidayYear,
  OlderIncidents,
} from '../../protocol/api/contract.ts';
import type { AheadFigures } from '../../protocol/api/person-report.ts';
import type { SiteCard } from '../../protocol/api/site-card.ts';
import type { Client, ReportLink } from '../../protocol/api/view.ts';
import type { Said } from '../../protocol/said/said.ts';
import type { LedgerKind } from '../route/routes.ts';
import { request, requestAll } from './api.ts';

/** A period by name, or any range. */
export interface Period {
  readonly period: PeriodName;
  readonly from?: string;
  readonly to?: string;
}

export interface HolidayCountry {
  readonly code: string;
  readonly name: string;
  readonly regions: readonly { readonly code: string; readonly name: string }[];
}

const id = encodeURIComponent;
const query = (values: object) =>
  new URLSearchParams(
    Object.entries(values).flatMap(([name, value]) => (value ? [[name, String(value)] as [string, string]] : [])),
  ).toString();

/** Where the ledger of a subject is found, also as a file. */
export function ledgerPath(kind: LedgerKind, subjectId: string, period: Period, format: 'json' | 'csv'): string {
  return `/${kind}s/${id(subjectId)}/ledger?${query({ ...period, format })}`;
}

/** Contracts, availability and what belongs to a client. */
export const sla = {
  availability: (asked: Period & { readonly by: SubjectKind } & { readonly [Filter in SubjectKind]?: string }) =>
    request<AvailabilityReport>('GET', `/availability?${query(asked)}`),
  ledger: (kind: LedgerKind, subjectId: string, period: Period) =>
    request<Ledger>('GET', ledgerPath(kind, subjectId, period, 'json')),
  strip: (kind: 'device' | 'service', subjectId: string, days: number) =>
    request<Strip>('GET', `/${kind}s/${id(subjectId)}/strip?days=${days}`),
  attestations: (deviceId: string) => request<{ items: Attestation[] }>('GET', `/devices/${id(deviceId)}/attestations`),
  attest: (deviceId: string, input: AttestationInput) =>
    request<Attestation>('POST', `/devices/${id(deviceId)}/attestations`, input),
  attestSite: (siteId: string, input: AttestationInput) =>
    request<{ items: Attestation[] }>('POST', `/sites/${id(siteId)}/attestations`, input),
  withdrawAttestation: (attestationId: string) => request<void>('DELETE', `/attestations/${id(attestationId)}`),

  contracts: () => requestAll<Contract>('/contracts'),
  contract: (clientId: string) => request<Contract>('GET', `/clients/${id(clientId)}/contract`),
  saveContract: (clientId: string, terms: ContractTerms, clocksFrom: ClocksFrom | null) =>
    request<Contract>(
      'PUT',
      `/clients/${id(clientId)}/contract${clocksFrom ? `?${query({ clocksFrom })}` : ''}`,
      terms,
    ),
  checkContract: (clientId: string, terms: ContractTerms) =>
    request<{ warningsSaid: Said[]; olderIncidents?: OlderIncidents }>(
      'POST',
      `/contracts/check?${query({ client: clientId })}`,
      terms,
    ),
  presets: () =>
    request<{ items: { tier: ContractTerms['tier']; terms: ContractTerms }[] }>('GET', '/contract-presets'),
  holidays: (country: string, region: string, year: number) =>
    request<HolidayYear>('GET', `/holidays?${query({ country, region, year })}`),
  correctHolidays: (input: HolidayCorrectionInput) => request<HolidayYear>('PUT', '/holidays', input),
  holidayCountries: () => request<{ items: HolidayCountry[] }>('GET', '/holiday-countries'),

  ahead: (clientId: string, period: 'this_month' | 'last_month') =>
    request<AheadFigures>('GET', `/ahead?${query({ client: clientId, period })}`),
  reportLink: (clientId: string) => request<{ link: ReportLink | null }>('GET', `/clients/${id(clientId)}/report-link`),
  makeReportLink: (clientId: string) => request<{ url: string }>('POST', `/clients/${id(clientId)}/report-link`, {}),
  removeReportLink: (clientId: string) => request<void>('DELETE', `/clients/${id(clientId)}/report-link`),
  changeClient: (clientId: string, change: { name?: string; remoteUrl?: string | null }) =>
    request<Client>('PATCH', `/clients/${id(clientId)}`, change),
  siteCard: (siteId: string) => request<SiteCard>('GET', `/sites/${id(siteId)}/card`),
  saveSiteCard: (siteId: string, card: SiteCard) => request<SiteCard>('PUT', `/sites/${id(siteId)}/card`, card),
};
