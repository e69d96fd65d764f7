import { createHash, createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { VigiaError } from '../../../protocol/error.ts';
import { type Said, said } from '../../../protocol/said/said.ts';

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
  readonly warning: Said | null;
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

const WARN_BEFORE_MS = 14 * 86_400_000;

/**
 * The certificate and key to serve with, or null for plain HTTP. Call it again once a day: a self-signed certificate is then
 * renewed in time, with the same key.
 * @throws VigiaError config_bad_value if VIGIA_TLS_CERT or VIGIA_TLS_KEY cannot be used
 */
export async function loadTls({ choice, dataDir, hosts, nowMs }: TlsOptions): Promise<TlsMaterial | null> {
  switch (choice.kind) {
    case 'none':
      return null;
    case 'self-signed': {
      // Loaded only here: making certificates brings many modules, and most starts make none.
      const { selfSigned } = await import('./self-signed.ts');
      const { cert, key } = await selfSigned(dataDir, hosts, nowMs);
      return material(cert, key, new X509Certificate(cert), true, null);
    }
    case 'files': {
      const cert = await read('VIGIA_TLS_CERT', choice.certPath);
      const key = await read('VIGIA_TLS_KEY', choice.keyPath);
      const certificate = parseCertificate(cert, choice.certPath);
      if (!certificate.checkPrivateKey(parseKey(key, choice.keyPath))) {
        throw refused('VIGIA_TLS_KEY', choice.keyPath, `is not the key of the certificate in ${choice.certPath}`);
      }
      return material(cert, key, certificate, false, datesOf(certificate, choice.certPath, nowMs));
    }
  }
}

function material(
  cert: string,
  key: string,
  certificate: X509Certificate,
  isSelfSigned: boolean,
  warning: Said | null,
): TlsMaterial {
  const spki = createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })).export({
    type: 'spki',
    format: 'der',
  });
  return {
    cert,
    key,
    certificateHash: new Uint8Array(createHash('sha256').update(certificate.raw).digest()),
    spkiPin: `sha256//${createHash('sha256').update(spki).digest('base64')}`,
    selfSigned: isSelfSigned,
    notAfterMs: certificate.validToDate.getTime(),
    warning,
  };
}

async function read(variable: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw refused(variable, path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function parseCertificate(pem: string, path: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw refused('VIGIA_TLS_CERT', path, 'holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)');
  }
}

function parseKey(pem: string, path: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw refused('VIGIA_TLS_KEY', path, 'holds no private key in PEM form without a passphrase');
  }
}

/** An expired certificate is served all the same: agents pin the server's identity, and people see the browser's word. */
function datesOf(certificate: X509Certificate, path: string, nowMs: number): Said | null {
  const until = certificate.validToDate;
  const about = { path, on: until.toISOString().slice(0, 10) };
  if (nowMs >= until.getTime()) return said('server.certificate', { ...about, state: 'expired' });
  if (nowMs >= until.getTime() - WARN_BEFORE_MS) return said('server.certificate', { ...about, state: 'expiring' });
  if (nowMs < certificate.validFromDate.getTime()) {
    return said('server.certificate', { ...about, state: 'early' });
  }
  return null;
}

function refused(variable: string, path: string, reason: string): VigiaError {
  return new VigiaError('config_bad_value', `${variable}: ${path} ${reason}.`, { variable });
}
