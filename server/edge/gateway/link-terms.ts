import type { HelloFrame } from '../../../protocol/wire/frame.ts';

/** What the gateway knows of agents; `app.ts` gives the real one. */
export interface Registry<Device> {
  /** @throws VigiaError agent_unknown, agent_retired */
  find(publicKey: Uint8Array): Device;
  id(device: Device): string;
  /** Of the machine that was enrolled; empty if it is not known. */
  machineId(device: Device): string;
  /** Which of the machines it is that hold this key. @throws VigiaError identity_given_up, run_conflict */
  place?(device: Device, hello: HelloFrame, address: string): { readonly isBeside: boolean; readonly isNews: boolean };
  intervalMs(device: Device): number;
}

export interface LinkTiming {
  /** The whole handshake must be done in this time. */
  readonly handshakeMs: number;
  /** After this long without a frame the server pings. */
  readonly pingAfterMs: number;
  /** After this long without a frame the link is closed. */
  readonly closeAfterMs: number;
  /** A socket that buffers more than this does not read: it is closed. */
  readonly maxBufferedBytes: number;
  /** An agent that reports so often that it is not pinged hears of its reports at most so long after they were committed. */
  readonly ackGatherMs: number;
}

export const defaultTiming: LinkTiming = {
  handshakeMs: 10_000,
  pingAfterMs: 5_000,
  closeAfterMs: 30_000,
  maxBufferedBytes: 1024 * 1024,
  // With the commit before it, within 10 s.
  ackGatherMs: 9_500,
};
