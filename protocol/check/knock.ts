import { connect } from 'node:net';

/** How a TCP connection went. A refusal also proves a living host. */
export type Knock = 'connected' | 'refused' | 'silent';

/** Tries one TCP connection and sends nothing. Never rejects; `silent` when `signal` ends the wait. */
export function knock(address: string, port: number, signal: AbortSignal): Promise<Knock> {
  const { promise, resolve } = Promise.withResolvers<Knock>();
  if (signal.aborted) return Promise.resolve('silent');
  const socket = connect({ host: address, port });
  const end = (went: Knock): void => {
    socket.destroy();
    resolve(went);
  };
  signal.addEventListener('abort', () => end('silent'), { once: true });
  socket.once('connect', () => end('connected'));
  // Whatever else fails (no route, prohibited, timed out) may come from something in between.
  socket.once('error', ({ code }: NodeJS.ErrnoException) => {
    end(code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'refused' : 'silent');
  });
  return promise;
}
