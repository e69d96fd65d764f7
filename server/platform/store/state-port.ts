import type { DeviceKind, Role } from '../../../protocol/api/view.ts';
import type { Scope } from '../../domain/scope.ts';

/** The state database as far as HTTP reads and writes it directly; the store's own types fit these. */
export interface StatePort {
  /** What belongs to clients; nothing outside the scope is read or written. */
  scoped(scope: Scope): ScopedState;
  readonly users: {
    /** Not the disabled ones. */
    list(): Promise<UserRow[]>;
    get(id: string): Promise<UserRow | null>;
    byEmail(email: string): Promise<(UserRow & { readonly password_hash: string }) | null>;
    /** @throws VigiaError conflict if the address is taken */
    create(user: { email: string; name: string; role: Role; passwordHash: string }): Promise<UserRow>;
  };
  readonly audit: { append(entry: AuditEntry): Promise<void> };
}

export interface ScopedState {
  readonly clients: {
    list(page: PageRequest): Promise<Page<ClientRow>>;
    all(): Promise<ClientRow[]>;
    get(id: string): Promise<ClientRow | null>;
    byName(name: string): Promise<ClientRow | null>;
    /** @throws VigiaError forbidden without the scope of every client, conflict if the name is taken */
    create(name: string): Promise<ClientRow>;
    ensure(name: string): Promise<ClientRow>;
    /** @throws VigiaError not_found, conflict if the name is taken */
    update(id: string, changes: { readonly name?: string; readonly remoteUrl?: string | null }): Promise<ClientRow>;
    /** @throws VigiaError not_found */
    setReportKey(id: string, hash: Uint8Array | null): Promise<void>;
    byReportKey(hash: Uint8Array): Promise<ClientRow | null>;
  };
  readonly sites: {
    list(page: PageRequest & { readonly clientId?: string | undefined }): Promise<Page<SiteRow>>;
    all(): Promise<SiteRow[]>;
    get(id: string): Promise<SiteRow | null>;
    /** @throws VigiaError not_found if the client is not in scope, conflict if the name is taken */
    create(clientId: string, name: string): Promise<SiteRow>;
    ensure(clientId: string, name: string): Promise<SiteRow>;
    /** @throws VigiaError not_found */
    setCard(id: string, cardJson: string): Promise<void>;
  };
  readonly devices: {
    /** @throws VigiaError not_found for the device, or for a site that is not of its client */
    update(id: string, changes: DeviceChanges): Promise<unknown>;
    /** @throws VigiaError not_found */
    retire(id: string): Promise<void>;
  };
  readonly incidents: {
    visibleNotes(
      sinceMs: number,
      limit: number,
    ): Promise<readonly { readonly at: number; readonly by_user: string | null; readonly text: string }[]>;
  };
  readonly tokens: {
    list(page: PageRequest): Promise<Page<TokenRow>>;
    /** @throws VigiaError not_found */
    revoke(id: string): Promise<void>;
  };
  readonly apiKeys: {
    list(page: PageRequest): Promise<Page<ApiKeyRow>>;
    /** Revoked ones too. */
    get(id: string): Promise<ApiKeyRow | null>;
    /** @throws VigiaError not_found */
    revoke(id: string): Promise<void>;
  };
}

export interface PageRequest {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

export interface AuditEntry {
  /** User id, `key:<id>` or `server`. */
  readonly actor: string;
  /** Such as `token.create`. */
  readonly action: string;
  /** The id of what was acted on. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
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
