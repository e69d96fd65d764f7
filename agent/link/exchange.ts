import type { IncomingMessage, request as Request } from 'node:http';
import type { Socket } from 'node:net';
import { hostOf } from '../../protocol/check/name.ts';
import { secure } from '../../protocol/check/secure.ts';
import { VigiaError } from '../../protocol/error.ts';
import { dial } from '../../protocol/socket/dial.ts';
import { lookupAll } from '../../protocol/socket/lookup.ts';
import { trustAuthorities } from './authorities.ts';
import { type Channel, channelOf, connectionFault } from './channel.ts';

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
  const signal = AbortSignal.timeout(timeoutMs);
  // A timeout alone keeps no process alive, and who enrols has nothing else.
  const alive = setTimeout(() => undefined, timeoutMs);
  let socket: Socket | undefined;
  try {
    socket = await connectTo(url, signal);
    const channel = channelOf(socket);
    accept?.(channel);
    const response = await ask(socket, method, url, body, signal);
    return { status: response.statusCode ?? 0, document: parseJson(await readBody(response)), channel };
  } catch (error) {
    throw connectionFault(signal.aborted ? Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }) : error, url);
  } finally {
    clearTimeout(alive);
    socket?.destroy();
  }
}

async function connectTo(url: URL, signal: AbortSignal): Promise<Socket> {
  const isTls = url.protocol === 'https:';
  const host = hostOf(url);
  const addresses = await lookupAll(host, signal);
  const socket = await dial({ addresses, port: Number(url.port) || (isTls ? 443 : 80), signal });
  if (!isTls) return socket;
  trustAuthorities();
  return secure(socket, host, 'http/1.1', signal);
}

function ask(socket: Socket, method: string, url: URL, body: unknown, signal: AbortSignal): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const text = body === undefined ? '' : JSON.stringify(body);
  // An ES import of node:http evaluates all of its getters, one of which loads a whole WebSocket client of 5 MB.
  const { request }: { request: typeof Request } = process.getBuiltinModule('node:http');
  request(url, {
    method,
    // The connection stands, with TLS or without.
    protocol: 'http:',
    createConnection: () => socket,
    signal,
    headers: { host: url.host, accept: 'application/json', ...(text && { 'content-type': 'application/json' }) },
  })
    .on('response', resolve)
    .on('error', reject)
    .end(text);
  return promise;
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
