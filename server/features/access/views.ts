import type { ApiKey, EnrolmentToken, LeftBehind, ReportLink, User } from '../../../protocol/api/view.ts';
import type { Scope } from '../../domain/scope.ts';
import { iso } from '../../platform/http/fields.ts';
import type { LeftBehind as LeftRows } from '../../platform/security/leaving.ts';
import type { ApiKeyRow, ClientRow, StatePort, TokenRow, UserRow } from '../../platform/store/state-port.ts';
import { findMakers, type Makers } from './makers.ts';

/** Rows as documents. Each names its fields, so that a new column is never shown by accident. */

export function userView({ id, email, name, role }: UserRow): User {
  return { id, email, name, role };
}

export function apiKeyView(row: ApiKeyRow, makers: Makers): ApiKey {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    clientId: row.client_id,
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    maker: makers(row.created_by),
    keeper: row.kept_by === null ? null : makers(row.kept_by),
    lastUsedAt: row.last_used_at === null ? null : iso(row.last_used_at),
    expiresAt: row.expires_at === null ? null : iso(row.expires_at),
  };
}

export function tokenView(row: TokenRow, makers: Makers): EnrolmentToken {
  return {
    id: row.id,
    clientId: row.client_id,
    siteId: row.site_id,
    kind: row.kind,
    usesLeft: row.uses_left,
    expiresAt: iso(row.expires_at),
    createdAt: iso(row.created_at),
    createdBy: row.created_by,
    maker: makers(row.created_by),
    keeper: row.kept_by === null ? null : makers(row.kept_by),
    lastUsedAt: row.last_used_at === null ? null : iso(row.last_used_at),
  };
}

function reportLinkView(row: ClientRow, makers: Makers): ReportLink {
  return {
    id: row.id,
    createdAt: iso(row.report_key_at ?? 0),
    maker: makers(row.report_key_by ?? 'server'),
    keeper: row.report_key_kept_by === null ? null : makers(row.report_key_kept_by),
    lastUsedAt: row.report_key_used_at === null ? null : iso(row.report_key_used_at),
    expiresAt: row.report_key_expires_at === null ? null : iso(row.report_key_expires_at),
  };
}

const made = (row: ClientRow) => ({ created_by: row.report_key_by ?? 'server', kept_by: row.report_key_kept_by });

/** The links of these clients' report pages, with who made them. */
export async function reportLinkViews(
  state: Pick<StatePort, 'users' | 'scoped'>,
  scope: Scope,
  clients: readonly ClientRow[],
): Promise<ReportLink[]> {
  const makers = await findMakers(state, scope, clients.map(made));
  return clients.map((row) => reportLinkView(row, makers));
}

/** What somebody or something left, with who made each of it. */
export async function leftBehindView(
  state: Pick<StatePort, 'users' | 'scoped'>,
  scope: Scope,
  { apiKeys, tokens, reportLinks }: LeftRows,
): Promise<LeftBehind> {
  const makers = await findMakers(state, scope, [...apiKeys, ...tokens]);
  return {
    apiKeys: apiKeys.map((row) => apiKeyView(row, makers)),
    tokens: tokens.map((row) => tokenView(row, makers)),
    reportLinks: await reportLinkViews(state, scope, reportLinks),
  };
}
