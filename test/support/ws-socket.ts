import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { FramingError } from '../../protocol/socket/message.ts';
import { MAX_FRAME_BYTES } from '../../protocol/wire/frame.ts';
import {
  CLOSE_DEADLINE_MS,
  MAX_CONTROLS,
  MAX_UNSENT_PONGS_BYTES,
  type MessageSocket,
  newQuestion,
  type SocketOwner,
  type SocketTerms,
} from '../../server/edge/gateway/message-socket.ts';

/**
 * Takes a request for a WebSocket with the usual library, as the oracle of our own framing. What it may read cannot be changed
 * later: a message that is larger than allowed is read before it is refused.
 */
export function acceptByLibrary(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  { subprotocol, maxMessageBytes }: SocketTerms,
): MessageSocket | null {
  const server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    autoPong: false,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  });
  const accepted: WebSocket[] = [];
  server.handleUpgrade(request, socket, head, (one) => accepted.push(one));
  const [webSocket] = accepted;
  return webSocket === undefined ? null : new LibrarySocket(webSocket, socket as Socket, maxMessageBytes);
}

class LibrarySocket implements MessageSocket {
  readonly #webSocket: WebSocket;
  readonly #socket: Socket;
  #maxMessageBytes: number;
  #controls = 0;
  #resting: NodeJS.Timeout | undefined;

  constructor(webSocket: WebSocket, socket: Socket, maxMessageBytes: number) {
    this.#webSocket = webSocket;
    this.#socket = socket;
    this.#maxMessageBytes = maxMessageBytes;
  }

  listen(owner: SocketOwner): void {
    const webSocket = this.#webSocket;
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (cause) => owner.onFault(cause));
    webSocket.on('error', (cause) => owner.onFault(faultOf(cause)));
    webSocket.on('close', () => {
      clearTimeout(this.#resting);
      owner.onClose();
    });
    webSocket.on('message', (data: Buffer, isBinary) => {
      this.#controls = 0;
      if (!this.isOpen) return;
      if (data.length <= this.#maxMessageBytes) owner.onMessage(data, isBinary);
      else {
        owner.onFault(new FramingError('its message is too large', 1009));
        this.close(1009);
      }
    });
    webSocket.on('ping', (payload) => {
      if (this.#countControl(owner) && this.unsentBytes < MAX_UNSENT_PONGS_BYTES) webSocket.pong(payload);
    });
    webSocket.on('pong', () => this.#countControl(owner));
  }

  #countControl(owner: SocketOwner): boolean {
    this.#controls += 1;
    if (this.#controls <= MAX_CONTROLS) return this.isOpen;
    if (this.isOpen) {
      owner.onFault(new FramingError('it sends control frames and nothing else'));
      this.close(1002);
    }
    return false;
  }

  rest(durationMs: number): void {
    this.#webSocket.pause();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => this.#webSocket.resume(), durationMs);
  }

  allow(maxMessageBytes: number): void {
    this.#maxMessageBytes = maxMessageBytes;
  }

  get isOpen(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN && !this.#socket.destroyed;
  }

  get unsentBytes(): number {
    return this.#webSocket.bufferedAmount;
  }

  send(payload: Uint8Array): void {
    if (this.isOpen) this.#webSocket.send(payload, { binary: true });
  }

  sendTogether(payloads: readonly Uint8Array[]): void {
    this.#socket.cork();
    for (const payload of payloads) this.send(payload);
    this.#socket.uncork();
  }

  askAlive(onAnswer: () => void): void {
    const question = newQuestion();
    const hear = (answer: Buffer): void => {
      if (!answer.equals(question)) return;
      this.#webSocket.off('pong', hear);
      onAnswer();
    };
    if (this.isOpen) this.#webSocket.on('pong', hear).ping(question);
  }

  close(code: number): void {
    if (!this.isOpen) return;
    this.#webSocket.close(code);
    setTimeout(() => this.terminate(), CLOSE_DEADLINE_MS).unref();
  }

  terminate(): void {
    this.#webSocket.terminate();
  }
}

function faultOf(cause: Error & { code?: string }): Error {
  if (cause.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return new FramingError('its message is too large', 1009);
  return cause.code?.startsWith('WS_ERR_') ? new FramingError(cause.message) : cause;
}
