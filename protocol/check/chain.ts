import { X509Certificate } from 'node:crypto';
import { type DetailedPeerCertificate, getCACertificates, type TLSSocket } from 'node:tls';

/** Longer chains are nobody's. */
const MAX_LENGTH = 16;

/**
 * How long the chain is still valid, ms: until the first certificate ends on the way from the server's own to the authority
 * that this machine trusts. Negative once one has ended, null if the server showed none. What a server sends beside that way,
 * such as an old root that signed a new one, does not count.
 */
export function chainLeftMs(socket: Pick<TLSSocket, 'getPeerCertificate'>, now = Date.now()): number | null {
  const shown = shownBy(socket);
  let [current] = shown;
  if (current === undefined) return null;
  const ends: number[] = [];
  while (current !== undefined && ends.length < MAX_LENGTH) {
    ends.push(current.validToDate.getTime());
    const { trusted, end } = trustedIssuerOf(current);
    if (trusted) {
      ends.push(end);
      break;
    }
    const certificate: X509Certificate = current;
    current = shown.find((issuer) => issuer !== certificate && isIssuedBy(certificate, issuer));
  }
  return Math.min(...ends) - now;
}

/** The server's own certificate and those that Node found above it, in this order. */
function shownBy(socket: Pick<TLSSocket, 'getPeerCertificate'>): X509Certificate[] {
  const certificates: X509Certificate[] = [];
  const seen = new Set<DetailedPeerCertificate>();
  let current: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (current?.raw !== undefined && !seen.has(current) && seen.size < MAX_LENGTH) {
    seen.add(current);
    certificates.push(new X509Certificate(current.raw));
    current = current.issuerCertificate;
  }
  return certificates;
}

function trustedIssuerOf(certificate: X509Certificate): { readonly trusted: boolean; readonly end: number } {
  const candidates = (trustedBySubject().get(certificate.issuer) ?? []).map((pem) => new X509Certificate(pem));
  const ends = candidates
    .filter((issuer) => isIssuedBy(certificate, issuer))
    .map((issuer) => issuer.validToDate.getTime());
  return { trusted: ends.length > 0, end: Math.max(...ends) };
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

let known: { readonly of: readonly string[]; readonly bySubject: ReadonlyMap<string, string[]> } | undefined;

/** The trusted authorities (PEM). Reading all of them takes a twentieth of a second, once. */
function trustedBySubject(): ReadonlyMap<string, string[]> {
  const authorities = getCACertificates('default');
  if (known?.of !== authorities) {
    known = { of: authorities, bySubject: Map.groupBy(authorities, (pem) => new X509Certificate(pem).subject) };
  }
  return known.bySubject;
}
