import type { Page, PageRequest } from '../../../protocol/api/page.ts';
import type { DeviceKind, Role } from '../../../protocol/api/view.ts';
import type { Scope } from '../../domain/scope.ts';
import type { AuditFilter } from './audit/log.ts';
import type { Row } from './tables.ts';

/** The state database as far as routes read it; the store's own types fit these. Whatever changes something is an act. */
export interface StatePort {
  /** What belongs to clients; nothing outside the scope is read or written. */
  scoped(scope: Scope): ScopedState;
  readonly users: {
    /** Not the disabled ones. */
    list(): Promise<UserRow[]>;
    get(id: string): Promise<UserRow | null>;
    byEmail(email: string): Promise<(UserRow & { readonly password_hash: string }) | null>;
  };
  readonly audit: {
    /** Newest first. @throws VigiaError bad_request for a cursor that is not one */
    list(filter: AuditFilter, page: PageRequest): Promise<Page<Row<'audit'>>>;
    count(filter: AuditFilter): Promise<number>;
  };
}

export interface ScopedState {
  readonly clients: {
    list(page: PageRequest): Promise<Page<ClientRow>>;
    all(): Promise<ClientRow[]>;
    get(id: string): Promise<ClientRow | null>;
    byName(name: string): Promise<ClientRow | null>;
    byReportKey(hash: Uint8Array): Promise<ClientRow | null>;
  };
  readonly sites: {
    list(page: PageRequest & { readonly clientId?: string | undefined }): Promise<Page<SiteRow>>;
    all(): Promise<SiteRow[]>;
    get(id: string): Promise<SiteRow | null>;
  };
  readonly incidents: {
    visibleNotes(
      sinceMs: number,
      limit: number,
    ): Promise<readonly { readonly at: number; readonly by_user: string | null; readonly said_json: string }[]>;
  };
  readonly tokens: {
    list(page: PageRequest): Promise<Page<TokenRow>>;
  };
  readonly apiKeys: {
    list(page: PageRequest): Promise<Page<ApiKeyRow>>;
    /** Revoked ones too. */
    get(id: string): Promise<ApiKeyRow | null>;
  };
}

export interface DeviceChanges {
  readonly name?: string;
  readonly siteId?: string;
  readonly tags?: readonly string[];
  readonly remoteUrl?: string | null;
  readonly expectedHours?: boolean;
}

interface NamedRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
}

export interface ClientRow extends NamedRow {
  readonly remote_url: string | null;
  readonly report_key_hash: Uint8Array | null;
  readonly report_key_at: number | null;
  readonly report_key_by: string | null;
  readonly report_key_kept_by: string | null;
  readonly report_key_used_at: number | null;
  readonly report_key_expires_at: number | null;
}

/** The SHA-256 of the secret of a client's report page, who made it, and when it ends, ms. */
export interface NewReportKey {
  readonly hash: Uint8Array;
  readonly createdBy: string;
  readonly expiresAt: number | null;
}

export interface SiteRow extends NamedRow {
  readonly client_id: string;
  readonly card_json: string;
}

export interface UserRow {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly role: Role;
  readonly disabled_at: number | null;
}

export interface TokenRow {
  readonly id: string;
  readonly client_id: string;
  readonly site_id: string;
  readonly kind: DeviceKind;
  readonly uses_left: number;
  readonly expires_at: number;
  readonly created_at: number;
  readonly created_by: string;
  readonly kept_by: string | null;
  readonly last_used_at: number | null;
}

export interface ApiKeyRow {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly client_id: string | null;
  readonly created_at: number;
  readonly created_by: string;
  readonly kept_by: string | null;
  readonly last_used_at: number | null;
  readonly expires_at: number | null;
  readonly revoked_at: number | null;
}
