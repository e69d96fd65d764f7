import { once } from 'node:events';
import { isIP, isIPv4, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

/**
 * TLS over a connection that stands. The certificate is judged by whoever asks, so that an expired one still tells when it ended.
 * @throws the error of TLS, or the reason of the signal
 */
export async function secure(
  under: Socket,
  host: string,
  protocol: 'http/1.1' | 'h2',
  signal: AbortSignal,
): Promise<TLSSocket> {
  const socket = connect({
    socket: under,
    host,
    servername: isIP(host) === 0 ? host : '',
    ALPNProtocols: [protocol],
    rejectUnauthorized: false,
    // Nobody else reaches a service by the name of this machine's loopback: only who vouches for it counts.
    ...(isLoopbackName(host) && { checkServerIdentity: () => undefined }),
  });
  socket.on('error', () => undefined);
  socket.once('close', () => under.destroy());
  const hungUp = once(socket, 'close', { signal }).then(() => {
    throw Object.assign(new Error('hung up'), { code: 'ECONNRESET' });
  });
  try {
    await Promise.race([once(socket, 'secureConnect', { signal }), hungUp]);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Whether the other end has said that it does not speak HTTP/1.1. */
export function isWithoutHttp1(error: unknown): boolean {
  return /NO_APPLICATION_PROTOCOL/.test((error as { code?: string }).code ?? '');
}

function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
