import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';

/**
 * The addresses of a host as the system's resolver gives them; an address is its own. The resolver cannot be told to stop, but
 * whoever waits for it can.
 * @throws the error of the resolver (`ENOTFOUND`, `EAI_AGAIN`), or the reason of the signal
 */
export async function lookupAll(host: string, signal: AbortSignal): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<readonly LookupAddress[]>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  // What `node:net` uses itself; the promises of `node:dns` are half a megabyte more.
  process.getBuiltinModule('node:dns').lookup(host, { all: true }, (error, addresses) => {
    if (error) reject(error);
    else resolve(addresses);
  });
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}
