import { randomBytes } from 'node:crypto';
import { isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { hostOf } from '../../../protocol/check/name.ts';
import { dial } from '../../../protocol/socket/dial.ts';
import { lookupAll } from '../../../protocol/socket/lookup.ts';
import { encodeMessage, FramingError, type Message, MessageReader, opcodes } from '../../../protocol/socket/message.ts';
import { trustAuthorities } from '../authorities.ts';
import { readUpgrade, upgradeRequest } from './upgrade.ts';

export interface WebSocketOptions {
  /** `ws:` or `wss:`. */
  readonly url: URL;
  readonly subprotocol: string;
  /** A message of the server that is larger ends the connection. */
  readonly maxMessageBytes: number;
  /** Whether TLS asks the machine's certificate authorities. They judge for `authorized` only: the owner decides. */
  readonly useAuthorities: boolean;
  /** The connection stands; nothing was sent yet. */
  readonly onConnect: (socket: Socket) => void;
  readonly onOpen: () => void;
  /** Text comes as its bytes, whether they are UTF-8 or not. */
  readonly onMessage: (payload: Buffer, isBinary: boolean) => void;
  /** At most once before `onClose`, which follows. */
  readonly onError: (error: unknown) => void;
  /** Once, at the end of every connection. */
  readonly onClose: () => void;
}

/** Pings of a server that does not read the answers are answered up to here. */
const MAX_UNSENT_PONGS_BYTES = 64 * 1024;

/**
 * A WebSocket to the server without extensions. The usual library takes Node's HTTP client with it, a tenth of the agent's
 * memory. It has no timers: whoever owns it bounds the waits and calls {@link terminate}.
 */
export class WebSocketClient {
  readonly #options: WebSocketOptions;
  /** TCP, then what runs over it. */
  #socket: Socket | undefined;
  readonly #dialling = new AbortController();
  readonly #reader: MessageReader;
  readonly #key = randomBytes(16).toString('base64');
  #stage: 'connecting' | 'open' | 'closing' | 'closed' = 'connecting';
  #answer = Buffer.alloc(0);
  #failed = false;

  constructor(options: WebSocketOptions) {
    this.#options = options;
    this.#reader = new MessageReader(options.maxMessageBytes);
    if (options.useAuthorities) trustAuthorities();
    this.#dial().catch((error: unknown) => {
      if (!this.#dialling.signal.aborted) this.#fail(error);
      this.#settle();
    });
  }

  /** From now on a message of the server may have so many bytes. */
  allow(maxMessageBytes: number): void {
    this.#reader.maxBytes = maxMessageBytes;
  }

  get isOpen(): boolean {
    return this.#stage === 'open';
  }

  /** Bytes that wait for the network. */
  get unsentBytes(): number {
    return this.#socket?.writableLength ?? 0;
  }

  /** Sends a binary message, if the connection is open. */
  send(payload: Uint8Array): void {
    if (this.isOpen) this.#socket?.write(encodeMessage(opcodes.binary, payload));
  }

  /** Begins the closing handshake; messages of the server still arrive. Before the connection is open it ends at once. */
  close(code = 1000): void {
    if (this.#stage === 'connecting') this.terminate();
    if (this.#stage !== 'open') return;
    this.#stage = 'closing';
    this.#socket?.write(encodeMessage(opcodes.close, Buffer.from([code >> 8, code & 0xff])));
  }

  /** Ends the connection at once. */
  terminate(): void {
    this.#dialling.abort();
    this.#socket?.destroy();
  }

  async #dial(): Promise<void> {
    const { url } = this.#options;
    const { signal } = this.#dialling;
    const isTls = url.protocol === 'wss:';
    const addresses = await lookupAll(hostOf(url), signal);
    const socket = await dial({ addresses, port: Number(url.port) || (isTls ? 443 : 80), signal });
    if (signal.aborted || socket.destroyed) {
      socket.destroy();
      this.#settle();
      return;
    }
    this.#socket = socket.setNoDelay(true);
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#settle());
    // TLS begins on a connection that stands. While a server is away nothing of TLS is made, attempt after attempt: it would
    // outlive the attempt as old garbage, which a process as quiet as this one hardly ever collects.
    if (isTls) this.#secure(socket);
    else this.#begin(socket);
  }

  #secure(under: Socket): void {
    const { url, useAuthorities } = this.#options;
    const host = hostOf(url);
    const socket = connectTls({
      socket: under,
      // It is connected; this is whom the certificate must name.
      host,
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      // The certificate is judged against the server's signature; see channel.ts.
      rejectUnauthorized: false,
      ...(useAuthorities ? {} : { ca: [] }),
    });
    this.#socket = socket;
    socket.once('secureConnect', () => this.#begin(socket));
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => under.destroy());
  }

  #begin(socket: Socket): void {
    socket.on('data', (piece: Buffer) => this.#receive(piece));
    this.#options.onConnect(socket);
    if (socket.destroyed) return;
    socket.write(upgradeRequest(this.#options.url, this.#key, this.#options.subprotocol));
  }

  #receive(piece: Buffer): void {
    if (this.#failed) return;
    try {
      const messages = this.#stage === 'connecting' ? this.#upgrade(piece) : piece;
      if (messages === undefined) return;
      for (const message of this.#reader.read(messages)) this.#dispatch(message);
    } catch (error) {
      // Told first, because whoever hears of the failure closes the connection.
      if (this.#stage === 'open' && error instanceof FramingError) this.close(error.closeCode);
      this.#fail(error);
      this.#socket?.destroySoon();
    }
  }

  /** @returns what follows the answer to the request for an upgrade, once that is whole */
  #upgrade(piece: Buffer): Buffer | undefined {
    const { url, subprotocol, onOpen } = this.#options;
    this.#answer = Buffer.concat([this.#answer, piece]);
    const end = readUpgrade(this.#answer, url, this.#key, subprotocol);
    if (end === undefined) return undefined;
    const rest = this.#answer.subarray(end);
    this.#answer = Buffer.alloc(0);
    this.#stage = 'open';
    onOpen();
    return rest;
  }

  #dispatch({ kind, payload }: Message): void {
    const socket = this.#socket;
    if (socket === undefined || socket.destroyed) return;
    switch (kind) {
      case 'text':
      case 'binary':
        this.#options.onMessage(payload, kind === 'binary');
        break;
      case 'ping':
        if (this.isOpen && this.unsentBytes < MAX_UNSENT_PONGS_BYTES)
          socket.write(encodeMessage(opcodes.pong, payload));
        break;
      case 'pong':
        break;
      case 'close':
        if (this.#stage === 'open') socket.write(encodeMessage(opcodes.close, payload.subarray(0, 2)));
        this.#stage = 'closing';
        socket.destroySoon();
        break;
    }
  }

  #settle(): void {
    if (this.#stage === 'closed') return;
    if (this.#stage === 'connecting') this.#fail(Object.assign(new Error('hung up'), { code: 'ECONNRESET' }));
    this.#stage = 'closed';
    this.#options.onClose();
  }

  #fail(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#options.onError(error);
  }
}
