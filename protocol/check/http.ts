import { once } from 'node:events';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CheckReason } from '../check-reason.ts';
import type { CheckTarget } from '../service.ts';
import { type CheckOutcome, type NetworkOptions, reasonOf } from './outcome.ts';
import { pinnedTo } from './pinned-lookup.ts';

type HttpTarget = Extract<CheckTarget, { kind: 'http' }>;

const MAX_REDIRECTS = 3;
const MAX_TEXT_BYTES = 256 * 1024;
const redirects = [301, 302, 303, 307, 308];

/** What is known so far of a run; each step fills in more. */
interface Findings {
  httpStatus: number | null;
  certificateLeftMs: number | null;
}

type Verdict = Pick<CheckOutcome, 'up' | 'reason'>;
const down = (reason: CheckReason): Verdict => ({ up: false, reason });

/**
 * Fetches the page and looks at status, text, time and certificate. Follows three redirects; sends no credentials and no
 * cookies; reads at most 256 KiB, and those only for a text. Never rejects.
 */
export async function runHttp(target: HttpTarget, { timeoutMs, resolve }: NetworkOptions): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  const findings: Findings = { httpStatus: null, certificateLeftMs: null };
  const verdict = await fetchPage(target, resolve, signal, findings).catch((error: unknown) =>
    down(signal.aborted ? 'timeout' : reasonOf(error)),
  );
  const durationMs = performance.now() - startedAtMs;
  const isTooSlow = verdict.up === true && durationMs > (target.maxMs ?? Number.POSITIVE_INFINITY);
  return { ...(isTooSlow ? down('too_slow') : verdict), durationMs, ...findings };
}

async function fetchPage(
  target: HttpTarget,
  resolve: NetworkOptions['resolve'],
  signal: AbortSignal,
  findings: Findings,
): Promise<Verdict> {
  let url = new URL(target.url);
  for (let hops = 0; ; hops += 1) {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return down('failed');
    const addresses = await resolve(hostOf(url), signal);
    if (addresses === 'not_permitted') return { up: null, reason: addresses };
    if (addresses === 'name_unknown') return down(addresses);
    const answer = await get(url, addresses, signal, findings);
    if (answer === 'tls') return down('tls');
    // Whatever comes of it, the connection is not left open.
    using _ = { [Symbol.dispose]: () => answer.destroy() };
    const status = answer.statusCode ?? 0;
    findings.httpStatus = status;
    const { location } = answer.headers;
    const isWanted = target.status?.includes(status) ?? false;
    if (location !== undefined && redirects.includes(status) && !isWanted) {
      if (hops === MAX_REDIRECTS || !URL.canParse(location, url)) return down('status');
      url = new URL(location, url);
      continue;
    }
    if (!(target.status === undefined ? status >= 200 && status <= 399 : isWanted)) return down('status');
    if (target.text !== undefined && !(await holdsText(answer, target.text))) return down('text_missing');
    return { up: true, reason: 'ok' };
  }
}

/** The answer to one request as far as its headers, or `tls` if the certificate is not accepted. */
async function get(
  url: URL,
  addresses: Parameters<typeof pinnedTo>[0],
  signal: AbortSignal,
  findings: Findings,
): Promise<IncomingMessage | 'tls'> {
  const host = hostOf(url);
  const common = {
    host,
    port: url.port,
    path: url.pathname + url.search,
    headers: { host: url.host, accept: '*/*', 'user-agent': 'Vigia check' },
    lookup: pinnedTo(addresses),
    agent: false as const,
    signal,
  };
  if (url.protocol === 'http:') {
    const request = requestHttp(common).end();
    // It is told by `once` while somebody waits; afterwards nobody does.
    request.on('error', () => undefined);
    return (await once(request, 'response'))[0] as IncomingMessage;
  }
  const request = requestHttps({
    ...common,
    servername: isIP(host) === 0 ? host : '',
    // Judged below, so that an expired certificate still tells when it ended.
    rejectUnauthorized: false,
    // Nobody else reaches a service by the name of this machine's loopback: only who vouches for it counts.
    ...(isLoopback(host) && { checkServerIdentity: () => undefined }),
  });
  request.on('error', () => undefined);
  const [socket] = (await once(request, 'socket')) as [TLSSocket];
  await once(socket, 'secureConnect', { signal });
  const { valid_to } = socket.getPeerCertificate();
  findings.certificateLeftMs = valid_to === undefined ? null : Date.parse(valid_to) - Date.now();
  if (!socket.authorized) {
    request.destroy();
    return 'tls';
  }
  request.end();
  return (await once(request, 'response'))[0] as IncomingMessage;
}

async function holdsText(answer: IncomingMessage, text: string): Promise<boolean> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= MAX_TEXT_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, MAX_TEXT_BYTES).toString().includes(text);
}

function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
