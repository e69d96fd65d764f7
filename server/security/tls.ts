/** What the HTTPS server presents, and what is pinned of it. */
export interface TlsMaterial {
  /** PEM, the whole chain. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  /** SHA-256 over the DER of the first certificate, 32 bytes. */
  readonly certificateHash: Uint8Array;
  /** `sha256//base64`, for `curl --pinnedpubkey`: stays over renewals, because the key stays. */
  readonly spkiPin: string;
  readonly selfSigned: boolean;
  readonly notAfterMs: number;
  /** Sentences for the log and the dashboard, such as that the certificate is about to expire. */
  readonly warnings: readonly string[];
}

export type TlsChoice =
  | { readonly kind: 'none' }
  | { readonly kind: 'files'; readonly certPath: string; readonly keyPath: string }
  | { readonly kind: 'self-signed' };

export interface TlsOptions {
  readonly choice: TlsChoice;
  readonly dataDir: string;
  /** Host names and addresses besides localhost and the machine's own name, that a self-signed certificate must cover. */
  readonly hosts: readonly string[];
  readonly nowMs: number;
}

/**
 * The certificate and key to serve with, or null for plain HTTP. Call it again once a day: a self-signed certificate is then
 * renewed in time, with the same key.
 * @throws VigiaError config_bad_value if VIGIA_TLS_CERT or VIGIA_TLS_KEY cannot be used
 */
export declare function loadTls(options: TlsOptions): Promise<TlsMaterial | null>;
