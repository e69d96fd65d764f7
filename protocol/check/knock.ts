import { dial } from '../socket/dial.ts';
import { lookupAll } from '../socket/lookup.ts';

/** How a TCP connection went. A refusal also proves a living host. */
export type Knock = 'connected' | 'refused' | 'silent';

/** Tries one TCP connection, to any address of the host, and sends nothing. Never rejects; `silent` when `signal` ends the wait. */
export async function knock(host: string, port: number, signal: AbortSignal): Promise<Knock> {
  try {
    const socket = await dial({ addresses: await lookupAll(host, signal), port, signal });
    socket.destroy();
    return 'connected';
  } catch (error) {
    // Whatever else fails (no route, prohibited, timed out) may come from something in between.
    const { code } = error as NodeJS.ErrnoException;
    return code === 'ECONNREFUSED' || code === 'ECONNRESET' ? 'refused' : 'silent';
  }
}
