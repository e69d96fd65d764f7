import type { LookupAddress } from 'node:dns';
import { connect, type Socket } from 'node:net';

/** The next address is tried after this long without an answer of those before (RFC 8305, section 8). */
const ATTEMPT_DELAY_MS = 250;
/** Names with more addresses than this are somebody's mistake or malice. */
const MAX_ADDRESSES = 32;

/** What tells most of the other end, first: somebody was there, nobody answered, there was no way. */
const telling = ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH'];

export interface DialOptions {
  readonly addresses: readonly LookupAddress[];
  readonly port: number;
  /** Ends all attempts: each may take until then. */
  readonly signal: AbortSignal;
}

/**
 * Connects to whichever of a host's addresses answers first, as RFC 8305 says: in turns of the families, each 250 ms after the
 * one before or as soon as that has failed. No attempt is given up before the signal: the way may be long, and the address that
 * was tried first the only good one. (Node's own gives each attempt a quarter of a second.)
 * @returns the connected socket; whoever gets it listens for its errors
 * @throws the reason of the signal, or the error that says most if every address failed
 */
export function dial({ addresses, port, signal }: DialOptions): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const waiting = inTurns(addresses).slice(0, MAX_ADDRESSES);
  const trying = new Set<Socket>();
  const errors: NodeJS.ErrnoException[] = [];
  let timer: NodeJS.Timeout | undefined;

  function end(): void {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    for (const socket of trying) socket.destroy();
    trying.clear();
    waiting.length = 0;
  }

  function onAbort(): void {
    end();
    reject(signal.reason);
  }

  function next(): void {
    clearTimeout(timer);
    const address = waiting.shift();
    if (address !== undefined) attempt(address);
    else if (trying.size === 0) {
      end();
      reject(mostTelling(errors));
    }
  }

  function attempt({ address, family }: LookupAddress): void {
    const socket = connect({ host: address, port, family });
    trying.add(socket);
    socket.once('connect', () => {
      trying.delete(socket);
      end();
      resolve(socket);
    });
    // It stays: an error may come before whoever waits for the socket has it.
    socket.on('error', (error) => {
      if (!trying.delete(socket)) return;
      errors.push(error);
      next();
    });
    if (waiting.length > 0) timer = setTimeout(next, ATTEMPT_DELAY_MS);
  }

  if (signal.aborted) onAbort();
  else {
    signal.addEventListener('abort', onAbort, { once: true });
    next();
  }
  return promise;
}

/** IPv6 and IPv4 in turns, beginning with what the resolver put first. */
export function inTurns(addresses: readonly LookupAddress[]): LookupAddress[] {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family);
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family);
  return addresses.flatMap((_, index) => [first[index], second[index]]).filter((address) => address !== undefined);
}

function mostTelling(errors: readonly NodeJS.ErrnoException[]): Error {
  const found = telling.flatMap((code) => errors.find((error) => error.code === code) ?? []);
  return found[0] ?? errors[0] ?? Object.assign(new Error('The host has no address.'), { code: 'ENOTFOUND' });
}
