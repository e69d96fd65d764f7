import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { readMachineId } from '../../agent/collect/clocks.ts';
import { loadOrCreateIdentity } from '../../agent/identity/identity.ts';
import { AGENT_SUBPROTOCOL } from '../../protocol/api/enrolment.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/codec.ts';
import { agentProofMessage, type Frame, type HelloFrame } from '../../protocol/wire/frame.ts';
import { until } from './until.ts';

/** A connection to `/agent` that may send any bytes at all. */
export class RawLink {
  readonly #socket: WebSocket;
  /** What the server said. */
  readonly frames: Frame[] = [];
  /** The close code, once it is closed. */
  closeCode: number | undefined;

  static async open(t: Pick<Test, 'teardown'>, address: string): Promise<RawLink> {
    const socket = new WebSocket(`${address.replace(/^http/, 'ws')}/agent`, AGENT_SUBPROTOCOL);
    t.teardown(() => socket.terminate());
    const link = new RawLink(socket);
    await once(socket, 'open');
    return link;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => this.frames.push(decodeFrame(data)));
    socket.on('close', (code) => {
      this.closeCode = code;
    });
  }

  send(message: Uint8Array | string | Frame): void {
    const isRaw = typeof message === 'string' || message instanceof Uint8Array;
    this.#socket.send(isRaw ? message : encodeFrame(message));
  }

  async untilFrame<T extends Frame['type']>(type: T): Promise<Extract<Frame, { type: T }>> {
    const find = () => this.frames.find((frame): frame is Extract<Frame, { type: T }> => frame.type === type);
    return until(`the server sends ${type}`, find);
  }

  /** Says hello with the key in an agent's data folder and proves it. */
  async authenticate(dataDir: string): Promise<void> {
    const identity = loadOrCreateIdentity(dataDir);
    const hello = helloFrame(identity.publicKey);
    this.send(hello);
    const { identityKey, nonce } = await this.untilFrame('challenge');
    const signature = identity.sign(agentProofMessage(identityKey, nonce, hello.nonce, hello.runId));
    this.send({ type: 'proof', signature });
    await this.untilFrame('welcome');
  }
}

export function helloFrame(publicKey: Uint8Array, over: Partial<HelloFrame> = {}): HelloFrame {
  return {
    type: 'hello',
    versionMin: 1,
    versionMax: 1,
    features: 0,
    publicKey,
    nonce: randomBytes(32),
    runId: randomBytes(16),
    // That of this machine, as the agents have that were enrolled here.
    machineId: readMachineId(),
    bootId: 'boot',
    agentVersion: '0.0.0',
    intervalMs: 1_000,
    clocks: { wallMs: Date.now(), monotonicMs: 1_000, bootMs: 1_000 },
    ...over,
  };
}
