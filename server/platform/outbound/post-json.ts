import http from 'node:http';
import { isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { addressKind } from '../../../protocol/check/address-kind.ts';
import { hostOf } from '../../../protocol/check/name.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { dial } from '../../../protocol/socket/dial.ts';
import { resolveAllowed } from './address-guard.ts';

export interface PostOptions {
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  readonly status: number;
  /** The beginning of the body. */
  readonly text: string;
  readonly retryAfterMs: number | null;
}

const MAX_TEXT_BYTES = 16_384;

/**
 * One POST of JSON to an address that people typed. Redirects are answers like any other, and only where nothing leaves this
 * machine or private networks may it go without TLS.
 * @throws VigiaError address_refused, address_unknown; Error of the connection
 */
export async function postJson({ url, headers, body, allowPrivate, signal }: PostOptions): Promise<PostAnswer> {
  const addresses = await resolveAllowed(url.hostname, { allowPrivate, signal });
  const isPlain = url.protocol === 'http:';
  if (isPlain && addresses.some(({ address }) => addressKind(address) !== 'private')) {
    throw refused('address_refused', said('refused.address.plain-post', { host: url.host }));
  }
  const host = hostOf(url);
  const socket = await dial({ addresses, port: Number(url.port) || (isPlain ? 80 : 443), signal });
  const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
  const request = http.request(url, {
    method: 'POST',
    // The connection stands, or TLS begins on it; either way it is this one.
    protocol: 'http:',
    createConnection: () =>
      isPlain
        ? socket
        : connectTls({ socket, host, servername: isIP(host) === 0 ? host : '', ALPNProtocols: ['http/1.1'] }),
    signal,
    headers: {
      host: url.host,
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      'user-agent': 'Vigia',
      ...headers,
    },
  });
  request.once('error', reject);
  request.once('response', (response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      const text = Buffer.concat(chunks).toString('utf8');
      resolve({ status: response.statusCode ?? 0, text, retryAfterMs: retryAfter(response.headers['retry-after']) });
      request.destroy();
    };
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, MAX_TEXT_BYTES - size));
      size += chunk.length;
      if (size >= MAX_TEXT_BYTES) finish();
    });
    response.once('end', finish);
    response.once('error', reject);
  });
  request.end(body);
  return promise;
}

function retryAfter(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}
