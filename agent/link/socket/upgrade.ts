import { createHash } from 'node:crypto';
import { VigiaError } from '../../../protocol/error.ts';
import { notVigia, noWebSocket } from '../channel.ts';

/** The opening handshake of RFC 6455, section 4: an HTTP request that turns a connection into a WebSocket. */

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MAX_HEAD_BYTES = 16 * 1024;
const HEAD_END = Buffer.from('\r\n\r\n');

/** @param key 16 random bytes, base64 */
export function upgradeRequest({ host, pathname, search }: URL, key: string, subprotocol: string): string {
  const lines = [
    `GET ${pathname}${search} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    `Sec-WebSocket-Protocol: ${subprotocol}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/**
 * Reads the answer to {@link upgradeRequest} from the bytes received so far.
 * @returns where the answer ends and messages begin, or undefined while it is not whole
 * @throws VigiaError `server_unreachable` if a proxy says that the server is away, `server_not_vigia` for any other answer
 */
export function readUpgrade(bytes: Buffer, url: URL, key: string, subprotocol: string): number | undefined {
  const isHttp = bytes.toString('latin1', 0, 5) === 'HTTP/'.slice(0, bytes.length);
  if (!isHttp) throw notVigia(url, 'its answer is not HTTP');
  const end = bytes.indexOf(HEAD_END);
  if (end > MAX_HEAD_BYTES || (end < 0 && bytes.length > MAX_HEAD_BYTES))
    throw notVigia(url, 'the head of its answer is too long');
  if (end < 0) return undefined;
  const [statusLine = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine)?.[1];
  if (status === undefined) throw notVigia(url, 'its answer is not HTTP/1.1');
  if (status.startsWith('5')) {
    throw new VigiaError('server_unreachable', `${url.host} answers ${status}: the server behind it does not run.`);
  }
  if (status === '426') throw noWebSocket(url);
  if (status !== '101') throw notVigia(url, `it answers ${status}`);
  const headers = readHeaders(lines);
  const isAccepted =
    headers.get('upgrade')?.toLowerCase() === 'websocket' &&
    /(?:^|,)\s*upgrade\s*(?:,|$)/i.test(headers.get('connection') ?? '') &&
    headers.get('sec-websocket-accept') === acceptOf(key) &&
    headers.get('sec-websocket-protocol') === subprotocol &&
    !headers.has('sec-websocket-extensions');
  if (!isAccepted) throw notVigia(url, 'it opens another kind of connection');
  return end + HEAD_END.length;
}

/** What a server answers to this key. */
export function acceptOf(key: string): string {
  return createHash('sha1').update(key).update(ACCEPT_GUID).digest('base64');
}

/** By their names in small letters; those that stand there twice are joined by a comma. */
function readHeaders(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return headers;
}
