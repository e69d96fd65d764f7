export interface AuditEntry {
  /** User id, `key:<id>` or `server`. */
  readonly actor: string;
  /** Such as `token.create`. */
  readonly action: string;
  /** The id of what was acted on. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

export type AuditVerdict =
  | { readonly ok: true; readonly entries: number; readonly headHash: Uint8Array }
  | { readonly ok: false; readonly brokenAtId: number };

/** Append-only chain of who did what: each row's hash covers the row and the hash before it. */
export interface AuditLog {
  append(entry: AuditEntry): Promise<void>;
  /** Reads the whole chain. An entry that was changed, removed or inserted later breaks it. */
  verify(): Promise<AuditVerdict>;
}
