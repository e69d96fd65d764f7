import { once } from 'node:events';
import { connect, type IncomingHttpHeaders } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { type Answer, requestHeaders } from './answer.ts';
import { authorityOf } from './name.ts';

/** Asks in HTTP/2 over a connection on which both ends agreed to it. @throws the error of the connection or of the signal */
export async function askInStreams(socket: TLSSocket, url: URL, signal: AbortSignal): Promise<Answer> {
  const session = connect(url, { createConnection: () => socket });
  session.on('error', () => undefined);
  try {
    const stream = session.request({
      ':authority': authorityOf(url),
      ':path': `${url.pathname}${url.search}`,
      ...requestHeaders,
    });
    // It is told by `once` while somebody waits; afterwards nobody does.
    stream.on('error', () => undefined);
    const onAbort = (): void => void session.destroy(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    session.once('close', () => signal.removeEventListener('abort', onAbort));
    stream.end();
    const [headers] = (await once(stream, 'response', { signal })) as [IncomingHttpHeaders & { ':status'?: number }];
    const entries = Object.entries(headers).map(([name, value]): [string, string] => [name, [value].flat().join(', ')]);
    return {
      status: headers[':status'] ?? 0,
      headers: new Map(entries),
      body: stream as AsyncIterable<Buffer>,
      close: () => session.destroy(),
    };
  } catch (error) {
    session.destroy();
    throw error;
  }
}
