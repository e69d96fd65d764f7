import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { rawPublicKey } from '../../agent/identity/keys.ts';
import { AGENT_SUBPROTOCOL } from '../../protocol/api/enrolment.ts';
import { decodeFrame, encodeFrame } from '../../protocol/wire/codec.ts';
import {
  agentProofMessage,
  type ChallengeFrame,
  type Frame,
  type FrameType,
  type HelloFrame,
} from '../../protocol/wire/frame.ts';
import { PATIENCE_MS } from './until.ts';

/** A machine's key and hello, for connections that a test makes by hand. */
export class Machine {
  readonly key: KeyObject;
  readonly publicKey: Uint8Array;
  machineId = 'machine-1';

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.key = privateKey;
    this.publicKey = rawPublicKey(publicKey);
  }

  hello(over: Partial<HelloFrame> = {}): HelloFrame {
    return {
      type: 'hello',
      versionMin: 1,
      versionMax: 1,
      features: 0,
      publicKey: this.publicKey,
      nonce: randomBytes(32),
      runId: Buffer.alloc(16, 7),
      machineId: this.machineId,
      bootId: 'boot-1',
      agentVersion: '0.1.0',
      intervalMs: 10_000,
      clocks: { wallMs: 1_000, monotonicMs: 10, bootMs: 20 },
      ...over,
    };
  }

  proof(hello: HelloFrame, challenge: ChallengeFrame): Frame {
    const message = agentProofMessage(challenge.identityKey, challenge.nonce, hello.nonce, hello.runId);
    return { type: 'proof', signature: sign(null, message, this.key) };
  }
}

/** One WebSocket to `/agent`, frame by frame. Every wait ends after 20 s. */
export class GatewayClient {
  readonly socket: WebSocket;
  readonly received: Frame[] = [];
  #read = 0;
  closeCode: number | null = null;
  closedAtMs = 0;

  constructor(port: number) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/agent`, AGENT_SUBPROTOCOL, { perMessageDeflate: false });
    this.socket.on('message', (data: Buffer) => {
      this.received.push(decodeFrame(data));
      this.socket.emit('change');
    });
    this.socket.on('close', (code) => {
      this.closeCode = code;
      this.closedAtMs = performance.now();
      this.socket.emit('change');
    });
    this.socket.on('error', () => undefined);
  }

  async open(): Promise<this> {
    await once(this.socket, 'open', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return this;
  }

  send(frame: Frame | Uint8Array | string): void {
    this.socket.send(typeof frame === 'string' || frame instanceof Uint8Array ? frame : encodeFrame(frame));
  }

  /** The next frame, which must be of this type. Who has been idle for a while is asked for a sign of life in between. */
  async next<T extends FrameType>(type: T): Promise<Extract<Frame, { type: T }>> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    const isOtherPing = () => type !== 'ping' && this.received[this.#read]?.type === 'ping';
    while (this.received.length <= this.#read || isOtherPing()) {
      if (isOtherPing()) {
        this.#read += 1;
        continue;
      }
      if (this.closeCode !== null) throw new Error(`closed with ${this.closeCode} instead of a ${type}`);
      await once(this.socket, 'change', { signal: deadline });
    }
    const frame = this.received[this.#read]!;
    this.#read += 1;
    if (frame.type !== type) throw new Error(`expected a ${type}, not ${JSON.stringify(frame)}`);
    return frame as Extract<Frame, { type: T }>;
  }

  /** Resolves with the close code. */
  async closed(): Promise<number> {
    const deadline = AbortSignal.timeout(PATIENCE_MS);
    while (this.closeCode === null) await once(this.socket, 'change', { signal: deadline });
    return this.closeCode;
  }

  /** Hello, challenge, proof, welcome. */
  async authenticate(machine: Machine, over: Partial<HelloFrame> = {}): Promise<this> {
    const hello = machine.hello(over);
    this.send(hello);
    this.send(machine.proof(hello, await this.next('challenge')));
    await this.next('welcome');
    return this;
  }
}
