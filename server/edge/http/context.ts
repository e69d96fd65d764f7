import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { AvailabilityPort } from '../../features/availability/port.ts';
import type { Holidays } from '../../features/contracts/holidays.ts';
import type { ClockPort, ContractPort } from '../../features/contracts/port.ts';
import type { FleetPort, SeriesPort, StoragePort } from '../../features/devices/port.ts';
import type { IncidentPort } from '../../features/incidents/port.ts';
import type { MaintenancePort } from '../../features/maintenance/port.ts';
import type { CheckPort, ServicePort } from '../../features/services/port.ts';
import type { ReceiverPort } from '../../features/telling/port.ts';
import type { PersonReportPort } from '../../features/tickets/port.ts';
import type { TwinPort } from '../../features/twins/port.ts';
import type { MetricsPort } from '../../platform/metrics/port.ts';
import type { ApiKeys } from '../../platform/security/api-keys.ts';
import type { Credentials } from '../../platform/security/credentials.ts';
import type { FirstRun } from '../../platform/security/first-run.ts';
import type { Identity } from '../../platform/security/identity.ts';
import type { Leaving } from '../../platform/security/leaving.ts';
import type { Logins } from '../../platform/security/login.ts';
import type { Passwords } from '../../platform/security/passwords.ts';
import type { Sessions } from '../../platform/security/sessions.ts';
import type { EnrolmentTokens } from '../../platform/security/tokens.ts';
import type { StatePort } from '../../platform/store/state-port.ts';
import type { LivePort } from '../live/port.ts';
import type { InstallFiles } from './install-files.ts';
import type { Origins } from './origin.ts';

/** The server with TypeBox types: handlers see what their schemas say. */
export type Http = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBoxTypeProvider>;

/** What the routes need of the rest of the server. */
export interface RouteContext {
  readonly version: string;
  readonly clock: () => number;
  readonly state: StatePort;
  /** Of logins and logouts, which must not fail because nothing can be written. */
  readonly loginAudit: StatePort['audit'];
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly logins: Logins;
  readonly credentials: Credentials;
  readonly leaving: Leaving;
  readonly firstRun: FirstRun;
  readonly apiKeys: ApiKeys;
  readonly enrolmentTokens: EnrolmentTokens;
  readonly identity: Identity;
  readonly fleet: FleetPort;
  readonly twins: TwinPort;
  readonly series: SeriesPort;
  readonly storage: StoragePort;
  readonly incidents: IncidentPort;
  readonly contracts: ContractPort;
  readonly clocks: ClockPort;
  readonly holidays: Holidays;
  readonly maintenance: MaintenancePort;
  readonly personReports: PersonReportPort;
  readonly availability: AvailabilityPort;
  readonly checks: CheckPort;
  readonly services: ServicePort;
  readonly receivers: ReceiverPort;
  readonly live: LivePort;
  readonly metrics: MetricsPort;
  readonly installFiles: InstallFiles;
  readonly origins: Origins;
  /** What agents are asked to keep, by kind of device. */
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
  /** What this server presents and pins; null on plain HTTP. May change when a certificate is renewed. */
  readonly certificate: () => CertificateFacts | null;
  readonly limits: RateLimits;
}

export interface CertificateFacts {
  readonly certificateHash: Uint8Array;
  readonly spkiPin: string;
  readonly selfSigned: boolean;
}

/** Requests a minute from one address. */
export interface RateLimits {
  readonly general: number;
  readonly login: number;
  readonly enrolment: number;
}

export const defaultLimits: RateLimits = { general: 6000, login: 20, enrolment: 600 };
