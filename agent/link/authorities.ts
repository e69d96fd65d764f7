import { getCACertificates, setDefaultCACertificates } from 'node:tls';

let isAsked = false;

/**
 * Has TLS trust the certificate authorities that Node brings and those of this machine, from now on. They are a megabyte and a
 * half, and an agent whose server has a pinned certificate never needs them: so they are loaded by who does.
 */
export function trustAuthorities(): void {
  if (isAsked) return;
  isAsked = true;
  // Those that are trusted already stay.
  const all = (['default', 'bundled', 'system', 'extra'] as const).flatMap((kind) => getCACertificates(kind));
  setDefaultCACertificates([...new Set(all)]);
}
