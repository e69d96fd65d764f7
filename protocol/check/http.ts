import type { LookupAddress } from 'node:dns';
import type { TLSSocket } from 'node:tls';
import type { CheckTarget } from '../api/service.ts';
import type { CheckReason } from '../check-reason.ts';
import { dial } from '../socket/dial.ts';
import { type Answer, askPlainly } from './answer.ts';
import { chainLeftMs } from './chain.ts';
import { hostOf } from './name.ts';
import { type CheckOutcome, type NetworkOptions, reasonOf } from './outcome.ts';
import { holdsText } from './page.ts';
import { isWithoutHttp1, secure } from './secure.ts';

type HttpTarget = Extract<CheckTarget, { kind: 'http' }>;

const MAX_REDIRECTS = 3;
const redirects = [301, 302, 303, 307, 308];

/** What is known so far of a run; each step fills in more. */
interface Findings {
  httpStatus: number | null;
  certificateLeftMs: number | null;
}

type Verdict = Pick<CheckOutcome, 'up' | 'reason'>;
const down = (reason: CheckReason): Verdict => ({ up: false, reason });
const unknown = (reason: CheckReason): Verdict => ({ up: null, reason });

/**
 * Fetches the page and looks at status, text, time and certificates. Follows three redirects; sends no credentials and no
 * cookies; reads at most 256 KiB, and those only for a text. Never rejects.
 */
export async function runHttp(target: HttpTarget, network: NetworkOptions): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  const signal = AbortSignal.timeout(network.timeoutMs);
  const findings: Findings = { httpStatus: null, certificateLeftMs: null };
  const verdict = await fetchPage(target, network, signal, findings).catch((error: unknown) =>
    down(signal.aborted ? 'timeout' : reasonOf(error)),
  );
  const durationMs = performance.now() - startedAtMs;
  const isTooSlow = verdict.up === true && durationMs > (target.maxMs ?? Number.POSITIVE_INFINITY);
  return { ...(isTooSlow ? down('too_slow') : verdict), durationMs, ...findings };
}

async function fetchPage(
  target: HttpTarget,
  { resolve, permits }: NetworkOptions,
  signal: AbortSignal,
  findings: Findings,
): Promise<Verdict> {
  let url = new URL(target.url);
  for (let hops = 0; ; hops += 1) {
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return down('failed');
    const addresses = await resolve(hostOf(url), signal);
    if (addresses === 'name_unknown') return down(addresses);
    if (typeof addresses === 'string') return unknown(addresses);
    if (permits && !permits(url, addresses)) return unknown('query_not_permitted');
    const answer = await get(url, addresses, signal, findings);
    if (answer === 'tls') return down('tls');
    // Whatever comes of it, the connection is not left open.
    using _ = { [Symbol.dispose]: () => answer.close() };
    const { status, headers } = answer;
    findings.httpStatus = status;
    const location = headers.get('location');
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
  addresses: readonly LookupAddress[],
  signal: AbortSignal,
  findings: Findings,
): Promise<Answer | 'tls'> {
  const isTls = url.protocol === 'https:';
  const port = Number(url.port) || (isTls ? 443 : 80);
  if (!isTls) return askPlainly(await dial({ addresses, port, signal }), url, signal);
  const connect = async (protocol: 'http/1.1' | 'h2'): Promise<TLSSocket> =>
    secure(await dial({ addresses, port, signal }), hostOf(url), protocol, signal);
  /** False if the certificate is not accepted: then nothing is asked. */
  const judge = (socket: TLSSocket): boolean => {
    findings.certificateLeftMs = chainLeftMs(socket);
    if (!socket.authorized) socket.destroy();
    return socket.authorized;
  };
  try {
    const socket = await connect('http/1.1');
    return judge(socket) ? await askPlainly(socket, url, signal) : 'tls';
  } catch (error) {
    if (signal.aborted || !isWithoutHttp1(error)) throw error;
  }
  const socket = await connect('h2');
  if (!judge(socket)) return 'tls';
  // Few servers speak nothing else, and it is a large part of Node.
  const { askInStreams } = await import('./answer-http2.ts');
  return askInStreams(socket, url, signal);
}
