import type { CheckTarget } from '../api/service.ts';
import { dial } from '../socket/dial.ts';
import { type CheckOutcome, type NetworkOptions, outcome, reasonOf, refusedOutcome } from './outcome.ts';

type TcpTarget = Extract<CheckTarget, { kind: 'tcp' }>;

/** Passes if the port takes a connection in time. Nothing is sent. Never rejects. */
export async function runTcp({ host, port }: TcpTarget, { timeoutMs, resolve }: NetworkOptions): Promise<CheckOutcome> {
  const startedAtMs = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const addresses = await resolve(host, signal);
    if (typeof addresses === 'string') return refusedOutcome(addresses, startedAtMs);
    (await dial({ addresses, port, signal })).destroy();
    return outcome(true, 'ok', startedAtMs);
  } catch (error) {
    return outcome(false, signal.aborted ? 'timeout' : reasonOf(error), startedAtMs);
  }
}
