import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { selfSigned } from '../../server/platform/security/self-signed.ts';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

let trusted: Promise<Certificate> | null = null;

/** A certificate for this machine that nobody trusts. */
export async function untrustedCertificate(): Promise<Certificate> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-test-tls-'));
  try {
    return await selfSigned(folder, [], Date.now());
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The certificate for this machine that this process trusts from now on: one, as all of them have the same name. */
export function trustedCertificate(): Promise<Certificate> {
  trusted ??= untrustedCertificate().then((made) => {
    tls.setDefaultCACertificates([...tls.getCACertificates('default'), made.cert]);
    return made;
  });
  return trusted;
}
