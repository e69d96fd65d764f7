import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import type { Test } from 'tap';

export interface Signed {
  readonly cert: string;
  readonly key: string;
  readonly publicKey: string;
}

export interface SignOptions {
  readonly days: number;
  /** Who signs it; itself unless told. */
  readonly by?: Signed;
  readonly isAuthority?: boolean;
  /** The key of another certificate: both are one authority. */
  readonly like?: Signed;
}

const DAY_MS = 86_400_000;

/** A certificate that began a day ago. */
export async function sign(name: string, { days, by, isAuthority = false, like }: SignOptions): Promise<Signed> {
  const made = await generate([{ name: 'commonName', value: name }], {
    algorithm: 'sha256',
    keyType: 'ec',
    notBeforeDate: new Date(Date.now() - DAY_MS),
    notAfterDate: new Date(Date.now() + days * DAY_MS),
    extensions: isAuthority
      ? [
          { name: 'basicConstraints', cA: true, critical: true },
          { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
        ]
      : [{ name: 'subjectAltName', altNames: [{ type: 2, value: name }] }],
    ...(by && { ca: { key: by.key, cert: by.cert } }),
    ...(like && { keyPair: { privateKey: like.key, publicKey: like.publicKey } }),
  });
  return { cert: `${made.cert.trim()}\n`, key: made.private, publicKey: made.public };
}

/** This process trusts the authorities until the test ends. */
export function trust(t: Pick<Test, 'teardown'>, ...authorities: readonly Signed[]): void {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, ...authorities.map(({ cert }) => cert)]);
  t.teardown(() => setDefaultCACertificates(before));
}
