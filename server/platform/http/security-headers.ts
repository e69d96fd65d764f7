import helmet from '@fastify/helmet';
import type { Http } from './http.ts';

const YEAR_SECONDS = 365 * 86_400;

/** Strict headers: nothing inline, nothing foreign, no frames. `isTrustedTls`: served with a certificate that browsers know. */
export async function addSecurityHeaders(http: Http, isTrustedTls: boolean): Promise<void> {
  await http.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false, // the defaults upgrade insecure requests, which breaks plain loopback
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    // A browser ignores it over a certificate that it does not trust.
    strictTransportSecurity: isTrustedTls && { maxAge: YEAR_SECONDS, includeSubDomains: false },
  });
  http.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}
