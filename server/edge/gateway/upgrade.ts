import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** The server's half of the opening handshake of RFC 6455, section 4.2. */

const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
/** 16 bytes in base64. */
const KEY = /^[+/0-9A-Za-z]{22}==$/;

/**
 * Answers a request for a WebSocket. False if it was refused: then the connection ends.
 * @param subprotocol is agreed on if the client offers it
 */
export function acceptUpgrade({ method, headers }: IncomingMessage, socket: Duplex, subprotocol: string): boolean {
  const key = headers['sec-websocket-key'] ?? '';
  const isVersionKnown = headers['sec-websocket-version'] === '13';
  if (method !== 'GET' || !KEY.test(key) || !isVersionKnown) {
    const version = isVersionKnown ? '' : 'Sec-WebSocket-Version: 13\r\n';
    socket.once('finish', () => socket.destroy());
    socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\n${version}Content-Length: 0\r\n\r\n`);
    return false;
  }
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const lines = [
    'HTTP/1.1 101 Switching Protocols',
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Accept: ${createHash('sha1').update(key).update(ACCEPT_GUID).digest('base64')}`,
    ...(offered.includes(subprotocol) ? [`Sec-WebSocket-Protocol: ${subprotocol}`] : []),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  return true;
}
