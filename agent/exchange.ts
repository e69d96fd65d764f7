import type { IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { VigiaError } from '../protocol/error.ts';
import { trustAuthorities } from './authorities.ts';
import { type Channel, channelOf, connectionFault, notVigia } from './channel.ts';

const MAX_ANSWER_BYTES = 64 * 1024;

export interface Exchange {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Called when the connection stands and before a byte of the request is sent; throwing ends it. */
  readonly accept?: (channel: Channel) => void;
  readonly timeoutMs: number;
}

export interface Answer {
  readonly status: number;
  /** The JSON document, or undefined if the answer is none. */
  readonly document: unknown;
  readonly channel: Channel;
}

/**
 * One HTTP request on a connection of its own. Certificates are judged by `accept`, not by TLS.
 * @throws VigiaError `server_unreachable`, `server_not_vigia`, `plaintext_refused`, or what `accept` throws
 */
export async function exchange({ method, url, body, accept, timeoutMs }: Exchange): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const isTls = url.protocol === 'https:';
  if (isTls) trustAuthorities();
  const text = body === undefined ? '' : JSON.stringify(body);
  const request = requestOf(isTls)(url, {
    method,
    agent: false,
    rejectUnauthorized: false,
    headers: { accept: 'application/json', ...(text && { 'content-type': 'application/json' }) },
  });
  const deadline = setTimeout(() => {
    request.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }));
  }, timeoutMs);
  let channel: Channel | undefined;
  request.on('socket', (socket: Socket) => {
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      try {
        channel = channelOf(socket);
        accept?.(channel);
        request.end(text);
      } catch (error) {
        request.destroy(error as Error);
      }
    });
  });
  request.on('response', (response) => {
    readBody(response)
      .then((received) => {
        if (channel === undefined) throw notVigia(url, 'it answered before the connection stood');
        resolve({ status: response.statusCode ?? 0, document: parseJson(received), channel });
      })
      .catch(reject);
  });
  request.on('error', reject);
  try {
    return await promise;
  } catch (error) {
    throw connectionFault(error, url);
  } finally {
    clearTimeout(deadline);
    request.destroy();
  }
}

function requestOf(isTls: boolean): typeof requestHttps {
  if (isTls) return requestHttps;
  // An ES import of node:http evaluates all of its getters, one of which loads a whole WebSocket client of 5 MB.
  return process.getBuiltinModule('node:http').request as typeof requestHttps;
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES)
      throw new VigiaError('server_not_vigia', 'The answer of the server is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
