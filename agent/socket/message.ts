import { randomFillSync } from 'node:crypto';

/**
 * The framing of RFC 6455 from a client's side, as far as the agent speaks it: no extensions, messages of a bounded size.
 * What a client sends is masked, what a server sends is not.
 */

export const opcodes = { continuation: 0x0, text: 0x1, binary: 0x2, close: 0x8, ping: 0x9, pong: 0xa } as const;
type Opcode = (typeof opcodes)[keyof typeof opcodes];

/** A whole message: one frame, or several put together. */
export interface Message {
  readonly kind: 'text' | 'binary' | 'close' | 'ping' | 'pong';
  readonly payload: Buffer;
}

/** The other end broke the rules of RFC 6455. */
export class FramingError extends Error {
  /** What to close with: 1002 (protocol error) or 1009 (too big). */
  readonly closeCode: 1002 | 1009;

  constructor(message: string, closeCode: 1002 | 1009 = 1002) {
    super(message);
    this.closeCode = closeCode;
  }
}

const FINAL = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;
const MAX_CONTROL_BYTES = 125;
const MAX_HEAD_BYTES = 10;

/** One final frame as a client sends it. @param mask 4 bytes, unforeseeable, fresh for each frame */
export function encodeMessage(
  opcode: Opcode,
  payload: Uint8Array,
  mask: Uint8Array = randomFillSync(new Uint8Array(4)),
): Buffer {
  const { length } = payload;
  const extraBytes = length < LENGTH_IN_2_BYTES ? 0 : length < 2 ** 16 ? 2 : 8;
  const start = 2 + extraBytes + 4;
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (extraBytes === 0 ? length : extraBytes === 2 ? LENGTH_IN_2_BYTES : LENGTH_IN_8_BYTES);
  if (extraBytes === 2) frame.writeUInt16BE(length, 2);
  if (extraBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(mask, start - 4);
  for (let i = 0; i < length; i += 1) frame[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return frame;
}

const kinds = new Map<number, Message['kind']>([
  [opcodes.text, 'text'],
  [opcodes.binary, 'binary'],
  [opcodes.close, 'close'],
  [opcodes.ping, 'ping'],
  [opcodes.pong, 'pong'],
]);

/** Takes the bytes of a server in pieces of any size and gives its messages. Holds one message at most. */
export class MessageReader {
  readonly #maxBytes: number;
  readonly #head = Buffer.alloc(MAX_HEAD_BYTES);
  #headLength = 0;
  /** Of the frame that is being read, once its head is whole. */
  #payload: Buffer | undefined;
  #filled = 0;
  /** Of the fragmented message that is being read. */
  #kind: Message['kind'] | undefined;
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;

  /** @param maxBytes of one message, all its fragments together */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The messages that are whole with this piece, in order. @throws FramingError; the reader is of no use afterwards */
  *read(piece: Uint8Array): Generator<Message, void, undefined> {
    let at = 0;
    while (at < piece.length) {
      if (this.#payload === undefined) {
        this.#head[this.#headLength] = piece[at] ?? 0;
        this.#headLength += 1;
        at += 1;
        if (this.#headLength < headBytes(this.#head, this.#headLength)) continue;
        this.#payload = Buffer.allocUnsafe(this.#checkHead());
        this.#filled = 0;
      }
      const part = piece.subarray(at, at + this.#payload.length - this.#filled);
      this.#payload.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#payload.length) return;
      const message = this.#take(this.#payload);
      this.#payload = undefined;
      this.#headLength = 0;
      if (message !== undefined) yield message;
    }
  }

  get #opcode(): number {
    return (this.#head[0] ?? 0) & 0x0f;
  }

  get #isFinal(): boolean {
    return ((this.#head[0] ?? 0) & FINAL) !== 0;
  }

  /** @returns the length of the payload */
  #checkHead(): number {
    const [first = 0, second = 0] = this.#head;
    const opcode = this.#opcode;
    if ((first & RESERVED) !== 0) throw new FramingError('it uses an extension that was not agreed upon');
    if ((second & MASKED) !== 0) throw new FramingError('its frames are masked');
    const isControl = opcode >= opcodes.close;
    if (opcode !== opcodes.continuation && !kinds.has(opcode)) throw new FramingError(`it sends the opcode ${opcode}`);
    if (opcode === opcodes.continuation && this.#kind === undefined)
      throw new FramingError('it goes on with a message that it did not begin');
    if (opcode !== opcodes.continuation && !isControl && this.#kind !== undefined)
      throw new FramingError('it begins a message inside another');
    const length = payloadBytes(this.#head);
    if (isControl && (length > MAX_CONTROL_BYTES || !this.#isFinal))
      throw new FramingError('its control frame is too long or in pieces');
    if (!isControl && length > this.#maxBytes - this.#fragmentBytes)
      throw new FramingError('its message is too large', 1009);
    return length;
  }

  #take(payload: Buffer): Message | undefined {
    const kind = kinds.get(this.#opcode) ?? this.#kind;
    if (kind === undefined) return undefined;
    const isControl = this.#opcode >= opcodes.close;
    if (isControl || (this.#isFinal && this.#kind === undefined)) return { kind, payload };
    this.#kind = kind;
    this.#fragmentBytes += payload.length;
    // Empty ones would add up to a list without bound.
    if (payload.length > 0) this.#fragments.push(payload);
    if (!this.#isFinal) return undefined;
    const whole = Buffer.concat(this.#fragments, this.#fragmentBytes);
    this.#kind = undefined;
    this.#fragments = [];
    this.#fragmentBytes = 0;
    return { kind, payload: whole };
  }
}

/** How long the head is, by as much of it as is there. */
function headBytes(head: Uint8Array, length: number): number {
  if (length < 2) return 2;
  const short = (head[1] ?? 0) & 0x7f;
  if (short < LENGTH_IN_2_BYTES) return 2;
  return short === LENGTH_IN_2_BYTES ? 4 : 10;
}

function payloadBytes(head: Buffer): number {
  const short = (head[1] ?? 0) & 0x7f;
  if (short < LENGTH_IN_2_BYTES) return short;
  // Beyond 2^53 it is inexact, and beyond every bound.
  return short === LENGTH_IN_2_BYTES ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
}
