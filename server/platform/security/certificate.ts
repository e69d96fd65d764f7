import type { Server as TlsServer } from 'node:tls';
import type { Health } from '../health/health.ts';
import { loadTls, type TlsMaterial, type TlsOptions } from './tls.ts';

/** The certificate that the server presents, or none on plain HTTP; its warning is shown. */
export interface Certificate {
  current(): TlsMaterial | null;
  /** Replaces it long before it ends; the key, which agents and install lines pin, stays. Returns what was done, for the log. */
  renew(server: unknown, nowMs: number): Promise<Record<string, unknown>>;
}

/** @throws VigiaError as {@link loadTls} */
export async function loadCertificate(
  options: Omit<TlsOptions, 'nowMs'>,
  health: Health,
  nowMs: number,
): Promise<Certificate> {
  let tls = await load(nowMs);
  async function load(at: number): Promise<TlsMaterial | null> {
    const loaded = await loadTls({ ...options, nowMs: at });
    health.set('tls', loaded?.warning ?? null);
    return loaded;
  }
  return {
    current: () => tls,
    async renew(server, at) {
      const before = tls;
      tls = await load(at);
      if (!tls || tls.cert === before?.cert) return { renewed: false };
      (server as TlsServer).setSecureContext({ cert: tls.cert, key: tls.key });
      return { renewed: true, notAfter: new Date(tls.notAfterMs).toISOString() };
    },
  };
}
