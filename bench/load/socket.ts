import { randomBytes } from 'node:crypto';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';

/**
 * A WebSocket client with no more than the load needs, so that ten thousand of them leave the machine to the server: binary
 * messages in single frames, over TLS. What it sends is as RFC 6455 wants it; what it receives must be unfragmented.
 */
export interface SocketOptions {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly subprotocol: string;
  readonly secureContext: SecureContext;
  /** The address to call from: a source address has only so many ports. */
  readonly localAddress: string;
  readonly localPort: number;
  readonly onOpen: () => void;
  readonly onMessage: (message: Uint8Array) => void;
  /** Called once, when the socket is no more. */
  readonly onClose: (reason: string) => void;
}

/** What TLS 1.3 adds to each record: header, content type, tag. */
const TLS_RECORD_BYTES = 22;
const TEXT_END = Buffer.from('\r\n\r\n');
const opcodes = { binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;
const CONNECT_DEADLINE_MS = 20_000;
// Fresh per process and not per frame: who attacks proxies through a load generator has other means.
const mask = randomBytes(4).map((byte) => byte | 1);

export class Socket {
  /** As sent to the network by the load's own count: frames, their headers, TLS records. */
  wireBytesSent = 0;
  readonly #options: SocketOptions;
  readonly #tls: TLSSocket;
  readonly #deadline: NodeJS.Timeout;
  #isOpen = false;
  #isClosed = false;
  #rest: Buffer | null = null;

  constructor(options: SocketOptions) {
    this.#options = options;
    const { host, port, secureContext, localAddress, localPort } = options;
    // The certificate is the server's own; what proves it to a real agent is the challenge.
    const from = { localAddress, localPort };
    this.#tls = connect({ host, port, secureContext, ...from, rejectUnauthorized: false } as never);
    this.#tls.setNoDelay(true);
    this.#deadline = setTimeout(() => this.#tls.destroy(new Error('not open in time')), CONNECT_DEADLINE_MS);
    this.#tls.on('secureConnect', () => this.#askUpgrade());
    this.#tls.on('data', (chunk: Buffer) => this.#take(chunk));
    let reason = 'closed';
    this.#tls.on('error', (error: NodeJS.ErrnoException) => {
      reason = error.code ?? error.message;
    });
    this.#tls.on('close', () => {
      clearTimeout(this.#deadline);
      this.#isClosed = true;
      options.onClose(reason);
    });
  }

  get isOpen(): boolean {
    return this.#isOpen && !this.#isClosed;
  }

  send(payload: Uint8Array): void {
    if (this.isOpen) this.#sendFrame(opcodes.binary, payload);
  }

  /** As a killed process: no goodbye, the kernel closes. */
  destroy(): void {
    this.#tls.destroy();
  }

  /** As a cut cable: nothing is read or answered any more, and nothing says so. */
  fallSilent(): void {
    this.#isOpen = false;
    this.#tls.removeAllListeners('data');
    this.#tls.pause();
  }

  #askUpgrade(): void {
    const { host, port, path, subprotocol } = this.#options;
    const key = randomBytes(16).toString('base64');
    this.#tls.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`,
    );
  }

  #take(chunk: Buffer): void {
    const data = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    let at = 0;
    if (!this.#isOpen) {
      const end = data.indexOf(TEXT_END);
      if (end < 0) {
        this.#rest = data;
        return;
      }
      if (!data.subarray(0, 12).toString('latin1').startsWith('HTTP/1.1 101')) {
        this.#tls.destroy(new Error(data.subarray(9, 12).toString('latin1')));
        return;
      }
      clearTimeout(this.#deadline);
      this.#isOpen = true;
      at = end + TEXT_END.length;
      this.#options.onOpen();
    }
    while (at < data.length) {
      const taken = this.#takeFrame(data, at);
      if (taken === 0) break;
      at += taken;
    }
    if (at < data.length) this.#rest = data.subarray(at);
  }

  /** Returns the length of the frame at this place, or 0 while it is incomplete. */
  #takeFrame(data: Buffer, at: number): number {
    if (data.length - at < 2) return 0;
    const short = data.readUInt8(at + 1);
    const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (data.length - at < headerBytes) return 0;
    const length =
      headerBytes === 2 ? short : headerBytes === 4 ? data.readUInt16BE(at + 2) : data.readUInt32BE(at + 6);
    if (data.length - at < headerBytes + length) return 0;
    const payload = data.subarray(at + headerBytes, at + headerBytes + length);
    const opcode = data.readUInt8(at) & 0x0f;
    if (opcode === opcodes.binary) this.#options.onMessage(payload);
    else if (opcode === opcodes.ping) this.#sendFrame(opcodes.pong, payload);
    else if (opcode === opcodes.close) this.#tls.end();
    return headerBytes + length;
  }

  #sendFrame(opcode: number, payload: Uint8Array): void {
    const { length } = payload;
    const headerBytes = length < 126 ? 6 : 8;
    if (length > 0xffff) throw new RangeError(`the load sends no frame of ${length} bytes`);
    const frame = Buffer.allocUnsafe(headerBytes + length);
    frame[0] = 0x80 | opcode;
    if (headerBytes === 6) {
      frame[1] = 0x80 | length;
    } else {
      frame[1] = 0x80 | 126;
      frame.writeUInt16BE(length, 2);
    }
    frame.set(mask, headerBytes - 4);
    for (let index = 0; index < length; index += 1) {
      frame[headerBytes + index] = (payload[index] ?? 0) ^ (mask[index & 3] ?? 0);
    }
    this.wireBytesSent += frame.length + TLS_RECORD_BYTES;
    this.#tls.write(frame);
  }
}
