import { connect } from 'node:net';
import type { CheckTarget } from '../service.ts';
import { type CheckOutcome, type NetworkOptions, outcome, reasonOf, refusedOutcome } from './outcome.ts';
import { pinnedTo } from './pinned-lookup.ts';

type TcpTarget = Extract<CheckTarget, { kind: 'tcp' }>;

/** Passes if the port takes a connection in time. Nothing is sent. Never rejects. */
export async function runTcp({ host, port }: TcpTarget, { timeoutMs, resolve }: NetworkOptions): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const addresses = await resolve(host, signal);
    if (typeof addresses === 'string') return refusedOutcome(addresses, startedAtMs);
    await connectOnce(host, port, addresses, signal);
    return outcome(true, 'ok', startedAtMs);
  } catch (error) {
    return outcome(false, signal.aborted ? 'timeout' : reasonOf(error), startedAtMs);
  }
}

async function connectOnce(
  host: string,
  port: number,
  addresses: Parameters<typeof pinnedTo>[0],
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host, port, lookup: pinnedTo(addresses) });
  const onAbort = (): void => void socket.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('connect', resolve).once('error', reject);
  if (signal.aborted) onAbort();
  try {
    await promise;
  } finally {
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}
