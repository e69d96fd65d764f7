import http from 'node:http';
import https from 'node:https';
import { VigiaError } from '../../protocol/error.ts';
import { addressKind, pinnedLookup, resolveAllowed } from './address-guard.ts';

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
    throw new VigiaError('address_refused', `${url.host} is not in a private network: use https:// there.`);
  }
  const { promise, resolve, reject } = Promise.withResolvers<PostAnswer>();
  const request = (isPlain ? http : https).request(url, {
    method: 'POST',
    agent: false,
    lookup: pinnedLookup(addresses),
    signal,
    headers: {
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
