import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { readSecretFile, writeSecretFile } from '../files/secret-file.ts';

const DAY_MS = 86_400_000;
/** The longest that Apple's systems accept. */
const VALID_MS = 825 * DAY_MS;
const RENEW_BEFORE_MS = 30 * DAY_MS;
/** A client whose clock is a little behind must not find the certificate in its future. */
const BACKDATED_MS = DAY_MS;

const HOST_PATTERN = /^[a-z0-9]([a-z0-9._-]{0,251}[a-z0-9])?$/i;

/**
 * The server's own certificate and key (ECDSA P-256), kept in `tls/` of the data folder. Made at the first call; made anew,
 * with the same key, when it is about to expire or a host is missing in it.
 */
export async function selfSigned(
  dataDir: string,
  hosts: readonly string[],
  nowMs: number,
): Promise<{ readonly cert: string; readonly key: string }> {
  const folder = join(dataDir, 'tls');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = hostsOf(hosts);
  const storedKey = await readSecretFile(join(folder, 'key.pem'));
  const storedCert = await readSecretFile(join(folder, 'cert.pem'));
  const known = storedKey === null ? null : usableKey(storedKey);
  if (known !== null && storedKey !== null && storedCert !== null && serves(storedCert, known, names, nowMs)) {
    return { cert: storedCert, key: storedKey };
  }
  const privateKey = known ?? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const cert = await issue(privateKey, key, names, nowMs);
  // The key goes first: a certificate without its key is made anew, a key without its certificate is kept.
  await writeSecretFile(join(folder, 'key.pem'), key);
  await writeSecretFile(join(folder, 'cert.pem'), cert);
  return { cert, key };
}

function hostsOf(given: readonly string[]): string[] {
  const hosts = ['localhost', '127.0.0.1', '::1', hostname(), ...given].map((host) => host.replace(/^\[|\]$/g, ''));
  return [...new Set(hosts)].filter((host) => isIP(host) !== 0 || HOST_PATTERN.test(host));
}

/** The stored key, or null if the file is damaged: agents do not pin this key, so that a new one may take its place. */
function usableKey(pem: string): KeyObject | null {
  try {
    const key = createPrivateKey(pem);
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : null;
  } catch {
    return null;
  }
}

function serves(pem: string, key: KeyObject, hosts: readonly string[], nowMs: number): boolean {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    return false;
  }
  const covers = (host: string) =>
    (isIP(host) !== 0 ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
  return (
    certificate.checkPrivateKey(key) &&
    nowMs < certificate.validToDate.getTime() - RENEW_BEFORE_MS &&
    nowMs >= certificate.validFromDate.getTime() &&
    hosts.every(covers)
  );
}

async function issue(privateKey: KeyObject, key: string, hosts: readonly string[], nowMs: number): Promise<string> {
  const publicKey = createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }).toString();
  const pems = await generate([{ name: 'commonName', value: 'Vigia' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    keyPair: { privateKey: key, publicKey },
    notBeforeDate: new Date(nowMs - BACKDATED_MS),
    notAfterDate: new Date(nowMs - BACKDATED_MS + VALID_MS),
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: hosts.map((host) => (isIP(host) !== 0 ? { type: 7, ip: host } : { type: 2, value: host })),
      },
    ],
  });
  return pems.cert;
}
