import type { AuditActions, AuditRow } from '../../protocol/api/audit.ts';
import type { Page } from '../../protocol/api/page.ts';
import type { TwinMachines } from '../../protocol/api/twin.ts';
import type {
  Aggregation,
  ApiKey,
  Device,
  EnrolmentToken,
  ErrorBody,
  Incident,
  IncidentDetail,
  LeftBehind,
  NewEnrolmentToken,
  Overview,
  PasswordResetOwner,
  ResetLink,
  Role,
  Series,
  SessionInfo,
  User,
} from '../../protocol/api/view.ts';
import { t } from '../words/i18n.ts';
import { refusalWords } from '../words/said.ts';
import { allPages } from './all-pages.ts';
import { takeAnswer } from './take-early.ts';

const DEADLINE_MS = 15_000;

/** A refused or failed request: its message is the server's own sentence, or ours when none came. */
export class ApiError extends Error {
  /** HTTP status, 0 when no answer came. */
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
  }
}

export interface NewToken {
  readonly clientId?: string;
  readonly clientName?: string;
  readonly siteId?: string;
  readonly siteName?: string;
  readonly kind: 'server' | 'workstation';
  readonly uses: number;
  readonly expiresInMs: number;
}

let onSignedOut: () => void = () => {};

/** Called whenever the server says that the session is over. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Asks the API; the ways of each area are in `api` here and in the other modules that use this. @throws ApiError */
export async function request<T>(
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const answer = await reach(method, path, body, headers);
  if (answer.ok) return (answer.status === 204 ? undefined : await answer.json()) as T;
  const error = await refusal(answer);
  if (error.code === 'unauthenticated') onSignedOut();
  throw error;
}

/** Asks for a whole list, see allPages. @throws ApiError */
export function requestAll<T>(
  path: string,
  query: Readonly<Record<string, string>> = {},
  pages?: Parameters<typeof allPages>[1],
): Promise<Page<T>> {
  const asked = new URLSearchParams(query).toString();
  return allPages((page) => request<Page<T>>('GET', `${path}?${asked && `${asked}&`}${page}`), pages);
}

async function reach(
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  try {
    const early = method === 'GET' ? await takeAnswer(path) : null;
    if (early !== null) return early;
    return await fetch(`/api/v1${path}`, {
      method,
      signal: AbortSignal.timeout(DEADLINE_MS),
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  } catch (cause) {
    const timedOut = cause instanceof DOMException && cause.name === 'TimeoutError';
    throw new ApiError(0, 'server_unreachable', t(timedOut ? 'error.timeout' : 'error.unreachable'));
  }
}

async function refusal(answer: Response): Promise<ApiError> {
  const body = (await answer.json().catch(() => null)) as ErrorBody | null;
  const { code = 'internal', message = t('error.status', { status: String(answer.status) }), said } = body?.error ?? {};
  // In the viewer's words and zone where the server gave a fact.
  return new ApiError(answer.status, code, said ? await refusalWords(said, message, Date.now()) : message);
}

const id = encodeURIComponent;
const act = (incidentId: string, verb: string, body: unknown = {}) =>
  request<IncidentDetail>('POST', `/incidents/${id(incidentId)}/${verb}`, body);

export const api = {
  session: () => request<SessionInfo>('GET', '/session'),
  login: (email: string, password: string) => request<SessionInfo>('POST', '/session', { email, password }),
  logout: () => request<void>('DELETE', '/session'),
  firstRun: (body: { token: string; name: string; email: string; password: string }) =>
    request<SessionInfo>('POST', '/first-run', body),

  /** The newest ones that fit, `pages` of a hundred. */
  audit: (search: Readonly<Record<string, string>>, pages: number) =>
    requestAll<AuditRow>('/audit', search, { size: 100, most: pages }),
  auditActions: () => request<AuditActions>('GET', '/audit-actions'),

  overview: () => request<Overview>('GET', '/overview'),
  device: (deviceId: string) => request<Device>('GET', `/devices/${id(deviceId)}`),
  twins: (deviceId: string) => request<TwinMachines>('GET', `/devices/${id(deviceId)}/twins`),
  decideTwins: (deviceId: string, machine: string) =>
    request<TwinMachines>('POST', `/devices/${id(deviceId)}/twins/decision`, { machine }),
  retireDevice: (deviceId: string) => request<void>('DELETE', `/devices/${id(deviceId)}`),
  renameDevice: (deviceId: string, name: string) => request<Device>('PATCH', `/devices/${id(deviceId)}`, { name }),
  series: (
    deviceId: string,
    metrics: readonly string[],
    fromMs: number,
    toMs: number,
    stepMs: number,
    aggregation?: Aggregation,
  ) =>
    request<Series>(
      'GET',
      `/devices/${id(deviceId)}/series?${span(fromMs, toMs)}&step=${stepMs}${aggregation ? `&aggregation=${aggregation}` : ''}${metrics.map((metric) => `&metric=${id(metric)}`).join('')}`,
    ),

  incidents: (query: Readonly<Record<string, string>>) =>
    request<Page<Incident>>('GET', `/incidents?${new URLSearchParams(query)}`),
  incident: (incidentId: string) => request<IncidentDetail>('GET', `/incidents/${id(incidentId)}`),
  acknowledge: (incidentId: string) => act(incidentId, 'acknowledge'),
  assign: (incidentId: string, userId: string | null) => act(incidentId, 'assign', { userId }),
  note: (incidentId: string, text: string, visible: boolean) => act(incidentId, 'notes', { text, visible }),
  resolve: (incidentId: string, text: string) => act(incidentId, 'resolve', text ? { text } : {}),

  users: () => request<Page<User>>('GET', '/users'),
  createUser: (body: { email: string; name: string; role: Role; password: string }) =>
    request<User>('POST', '/users', body),
  leftBehind: (userId: string) => request<LeftBehind>('GET', `/users/${id(userId)}/left-behind`),
  disableUser: (userId: string, keep: readonly string[]) =>
    request<void>('POST', `/users/${id(userId)}/disable`, { keep }),
  makeResetLink: (userId: string) => request<ResetLink>('POST', `/users/${id(userId)}/reset-link`, {}),
  changePassword: (current: string, password: string) =>
    request<void>('POST', '/session/password', { current, password }),
  resetOwner: (token: string) =>
    request<PasswordResetOwner>('GET', '/password-reset', undefined, { 'x-vigia-reset-token': token }),
  resetPassword: (token: string, password: string) =>
    request<SessionInfo>('POST', '/password-reset', { token, password }),
  apiKeys: () => requestAll<ApiKey>('/api-keys'),
  createApiKey: (body: { name: string; role: Role; clientId: string | null; expiresInMs: number | null }) =>
    request<ApiKey & { key: string }>('POST', '/api-keys', body),
  leftByKey: (keyId: string) => request<LeftBehind>('GET', `/api-keys/${id(keyId)}/left-behind`),
  revokeApiKey: (keyId: string, keep: readonly string[]) =>
    request<void>('POST', `/api-keys/${id(keyId)}/revoke`, { keep }),
  tokens: () => requestAll<EnrolmentToken>('/tokens'),
  createToken: (body: NewToken) => request<NewEnrolmentToken>('POST', '/tokens', body),
  deleteToken: (tokenId: string) => request<void>('DELETE', `/tokens/${id(tokenId)}`),
};

function span(fromMs: number, toMs: number): string {
  return `from=${new Date(fromMs).toISOString()}&to=${new Date(toMs).toISOString()}`;
}

/** The sentence to show for whatever went wrong. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : t('error.unreachable');
}
