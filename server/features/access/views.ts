import type { ApiKey, EnrolmentToken, User } from '../../../protocol/api/view.ts';
import { iso } from '../../platform/http/fields.ts';
import type { ApiKeyRow, TokenRow, UserRow } from '../../platform/store/state-port.ts';
import type { Makers } from './makers.ts';

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
