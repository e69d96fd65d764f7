import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { encodeMessage, FramingError, type Message, MessageReader, opcodes } from '../../../protocol/socket/message.ts';
import {
  CLOSE_DEADLINE_MS,
  MAX_CONTROLS,
  MAX_UNSENT_PONGS_BYTES,
  type MessageSocket,
  newQuestion,
  type SocketOwner,
  type SocketTerms,
} from './message-socket.ts';
import { acceptUpgrade } from './upgrade.ts';

/** Takes a request for a WebSocket with our own framing. */
export function acceptOwn(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { subprotocol, maxMessageBytes }: SocketTerms,
): MessageSocket | null {
  // Agents are promised no extensions: compression costs three times the work and 30 KB a connection.
  if (!acceptUpgrade(request, socket, subprotocol)) return null;
  return new OwnSocket(socket as Socket, head, maxMessageBytes);
}

/**
 * Our own half of the WebSockets of agents. The usual library passes each message through a writable stream of its own: with ten
 * thousand agents a tenth of all that the main thread does (docs/performance.md).
 */
class OwnSocket implements MessageSocket {
  readonly #socket: Socket;
  readonly #head: Uint8Array;
  readonly #reader: MessageReader;
  #owner: SocketOwner | null = null;
  #resting: NodeJS.Timeout | undefined;
  #question: { readonly text: Buffer; readonly onAnswer: () => void } | null = null;
  /** Since the last message. */
  #controls = 0;
  #stage: 'open' | 'closing' | 'closed' = 'open';

  /** @param socket one whose upgrade was accepted. @param head what came with the request for it */
  constructor(socket: Socket, head: Uint8Array, maxMessageBytes: number) {
    this.#socket = socket;
    this.#head = head;
    this.#reader = new MessageReader(maxMessageBytes, true);
  }

  listen(owner: SocketOwner): void {
    this.#owner = owner;
    const socket = this.#socket;
    socket.setTimeout(0);
    socket.setNoDelay(true);
    if (this.#head.length > 0) socket.unshift(this.#head);
    socket.on('data', (piece: Buffer) => this.#receive(piece));
    socket.on('error', (cause) => owner.onFault(cause));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#stage = 'closed';
      clearTimeout(this.#resting);
      owner.onClose();
    });
  }

  rest(durationMs: number): void {
    this.#socket.pause();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#socket.resume(), durationMs);
  }

  /** What is larger is not even read. */
  allow(maxMessageBytes: number): void {
    this.#reader.maxBytes = maxMessageBytes;
  }

  get isOpen(): boolean {
    return this.#stage === 'open' && !this.#socket.destroyed;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  send(payload: Uint8Array): void {
    if (this.isOpen) this.#socket.write(encodeMessage(opcodes.binary, payload, null));
  }

  sendTogether(payloads: readonly Uint8Array[]): void {
    // Corking would do the same with three times the garbage.
    if (this.isOpen) this.#socket.write(Buffer.concat(payloads.map((one) => encodeMessage(opcodes.binary, one, null))));
  }

  askAlive(onAnswer: () => void): void {
    this.#question = { text: newQuestion(), onAnswer };
    if (this.isOpen) this.#socket.write(encodeMessage(opcodes.ping, this.#question.text, null));
  }

  close(code: number): void {
    if (!this.isOpen) return;
    this.#stage = 'closing';
    this.#socket.write(encodeMessage(opcodes.close, Uint8Array.of(code >> 8, code & 0xff), null));
    setTimeout(() => this.terminate(), CLOSE_DEADLINE_MS).unref();
  }

  terminate(): void {
    this.#socket.destroy();
  }

  #receive(piece: Buffer): void {
    try {
      const payload = this.#reader.readWhole(piece);
      if (payload !== null) this.#owner?.onMessage(payload, true);
      else for (const message of this.#reader.read(piece)) this.#dispatch(message);
    } catch (cause) {
      if (!(cause instanceof FramingError)) throw cause;
      this.#owner?.onFault(cause);
      this.close(cause.closeCode);
      // Nothing more can be read; what still comes must not keep the end from being sent.
      this.#socket.removeAllListeners('data').resume().end();
    }
  }

  #dispatch({ kind, payload }: Message): void {
    this.#controls = kind === 'text' || kind === 'binary' ? 0 : this.#controls + 1;
    if (this.#controls > MAX_CONTROLS) throw new FramingError('it sends control frames and nothing else');
    switch (kind) {
      case 'text':
      case 'binary':
        this.#owner?.onMessage(payload, kind === 'binary');
        break;
      case 'ping':
        if (this.isOpen && this.unsentBytes < MAX_UNSENT_PONGS_BYTES)
          this.#socket.write(encodeMessage(opcodes.pong, payload, null));
        break;
      case 'pong':
        this.#hearPong(payload);
        break;
      case 'close':
        if (this.isOpen) this.#socket.write(encodeMessage(opcodes.close, payload.subarray(0, 2), null));
        this.#stage = 'closing';
        this.#socket.end();
        break;
    }
  }

  #hearPong(payload: Uint8Array): void {
    const question = this.#question;
    if (!question?.text.equals(payload)) return;
    this.#question = null;
    question.onAnswer();
  }
}
