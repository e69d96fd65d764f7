import type { Socket } from 'node:net';
import { encodeMessage, FramingError, type Message, MessageReader, opcodes } from '../../../protocol/socket/message.ts';

/** Who is told what happens on a socket. */
export interface SocketOwner {
  /** Text comes as its bytes. They are valid until this returns. */
  onMessage(payload: Uint8Array, isBinary: boolean): void;
  /** The other end broke the rules of WebSockets, or the connection failed. `onClose` follows. */
  onFault(cause: Error): void;
  /** Once, at the end of every connection. */
  onClose(): void;
}

/** Pings of a peer that does not read the answers are answered up to here. */
const MAX_UNSENT_PONGS_BYTES = 64 * 1024;
/** Control frames between two messages: no agent sends any, and each costs as much as a small message. */
const MAX_CONTROLS = 100;
/** A peer that does not finish the closing handshake must not keep its socket. */
const CLOSE_DEADLINE_MS = 2_000;

/**
 * The server's end of an agent's WebSocket. The usual library passes each message through a writable stream of its own: with
 * ten thousand agents a tenth of all that the main thread does.
 */
export class AgentSocket {
  readonly #socket: Socket;
  readonly #reader: MessageReader;
  #owner: SocketOwner | null = null;
  #resting: NodeJS.Timeout | undefined;
  /** Since the last message. */
  #controls = 0;
  #stage: 'open' | 'closing' | 'closed' = 'open';

  /** @param socket one whose upgrade was accepted. @param maxMessageBytes a larger message ends the connection with 1009 */
  constructor(socket: Socket, maxMessageBytes: number) {
    this.#socket = socket;
    this.#reader = new MessageReader(maxMessageBytes, true);
  }

  /** Begins to read. @param head what came with the request for the upgrade */
  listen(owner: SocketOwner, head: Uint8Array): void {
    this.#owner = owner;
    const socket = this.#socket;
    socket.setTimeout(0);
    socket.setNoDelay(true);
    if (head.length > 0) socket.unshift(head);
    socket.on('data', (piece: Buffer) => this.#receive(piece));
    socket.on('error', (cause) => owner.onFault(cause));
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      this.#stage = 'closed';
      clearTimeout(this.#resting);
      owner.onClose();
    });
  }

  /** Reads nothing more for a while: what the peer sends waits at the peer. */
  rest(durationMs: number): void {
    this.#socket.pause();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#socket.resume(), durationMs);
  }

  /** From now on a message may have so many bytes; what is larger is not even read. */
  allow(maxMessageBytes: number): void {
    this.#reader.maxBytes = maxMessageBytes;
  }

  get isOpen(): boolean {
    return this.#stage === 'open' && !this.#socket.destroyed;
  }

  /** Bytes that wait for the network. */
  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  /** Sends a binary message, if the connection is open. */
  send(payload: Uint8Array): void {
    if (this.isOpen) this.#socket.write(encodeMessage(opcodes.binary, payload, null));
  }

  /** Sends several in one piece, which wakes the other end once. */
  sendTogether(payloads: readonly Uint8Array[]): void {
    // Corking would do the same with three times the garbage.
    if (this.isOpen) this.#socket.write(Buffer.concat(payloads.map((one) => encodeMessage(opcodes.binary, one, null))));
  }

  /** Begins the closing handshake; it ends within 2 s, one way or the other. */
  close(code: number): void {
    if (!this.isOpen) return;
    this.#stage = 'closing';
    this.#socket.write(encodeMessage(opcodes.close, Uint8Array.of(code >> 8, code & 0xff), null));
    setTimeout(() => this.terminate(), CLOSE_DEADLINE_MS).unref();
  }

  /** Ends the connection at once. */
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
        break;
      case 'close':
        if (this.isOpen) this.#socket.write(encodeMessage(opcodes.close, payload.subarray(0, 2), null));
        this.#stage = 'closing';
        this.#socket.end();
        break;
    }
  }
}
