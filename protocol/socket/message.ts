import { randomFillSync } from 'node:crypto';

/**
 * The framing of RFC 6455, as far as agents and servers speak it: no extensions, messages of a bounded size. What a client sends
 * is masked, what a server sends is not.
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

const noBytes = Buffer.alloc(0);
const FINAL = 0x80;
const RESERVED = 0x70;
const MASKED = 0x80;
const LENGTH_IN_2_BYTES = 126;
const LENGTH_IN_8_BYTES = 127;
const MAX_CONTROL_BYTES = 125;
const MASK_BYTES = 4;
/** Of a message. Each costs far more than the byte that it may hold. */
const MAX_FRAGMENTS = 1_024;
const MAX_HEAD_BYTES = 10 + MASK_BYTES;

/** Asking for random bytes costs the same for four as for some hundred. */
const masks = new Uint8Array(64 * MASK_BYTES);
let masksUsed = masks.length;

/** Good until so many more were asked for. */
function freshMask(): Uint8Array {
  if (masksUsed === masks.length) {
    randomFillSync(masks);
    masksUsed = 0;
  }
  masksUsed += MASK_BYTES;
  return masks.subarray(masksUsed - MASK_BYTES, masksUsed);
}

/** One final frame. @param mask 4 bytes, unforeseeable, fresh for each frame of a client; null for a server */
export function encodeMessage(opcode: Opcode, payload: Uint8Array, mask: Uint8Array | null = freshMask()): Buffer {
  const { length } = payload;
  const extraBytes = length < LENGTH_IN_2_BYTES ? 0 : length < 2 ** 16 ? 2 : 8;
  const start = 2 + extraBytes + (mask?.length ?? 0);
  const frame = Buffer.allocUnsafe(start + length);
  frame[0] = FINAL | opcode;
  frame[1] =
    (mask ? MASKED : 0) | (extraBytes === 0 ? length : extraBytes === 2 ? LENGTH_IN_2_BYTES : LENGTH_IN_8_BYTES);
  if (extraBytes === 2) frame.writeUInt16BE(length, 2);
  if (extraBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(payload, start);
  if (mask) {
    frame.set(mask, start - MASK_BYTES);
    unmask(frame, start, start + length);
  }
  return frame;
}

/** Masks or unmasks in place by the four bytes in front. */
function unmask(bytes: Uint8Array, start: number, end: number): void {
  const mask = start - MASK_BYTES;
  for (let at = start; at < end; at += 1) {
    bytes[at] = (bytes[at] as number) ^ (bytes[mask + ((at - start) & 3)] as number);
  }
}

const kinds = new Map<number, Message['kind']>([
  [opcodes.text, 'text'],
  [opcodes.binary, 'binary'],
  [opcodes.close, 'close'],
  [opcodes.ping, 'ping'],
  [opcodes.pong, 'pong'],
]);

/** Takes the bytes of the other end in pieces of any size and gives its messages. Holds one message at most. */
export class MessageReader {
  /** Of one message, all its fragments together. May be raised between two messages. */
  maxBytes: number;
  readonly #isMasked: boolean;
  /** Made with the first frame that comes in pieces. */
  #head: Buffer = noBytes;
  #headLength = 0;
  /** Of the frame that is being read, once its head is whole. */
  #payload: Buffer | undefined;
  #filled = 0;
  /** Of the fragmented message that is being read. */
  #kind: Message['kind'] | undefined;
  #fragments: Buffer[] = [];
  /** Empty ones among them, which are not kept. */
  #fragmentCount = 0;
  #fragmentBytes = 0;

  /** @param maxBytes of one message, all its fragments together. @param isMasked the other end is a client */
  constructor(maxBytes: number, isMasked = false) {
    this.maxBytes = maxBytes;
    this.#isMasked = isMasked;
  }

  /**
   * The payload if the piece is one whole binary message of a client, as nearly all are, and short: unmasked in place, and valid as
   * long as the piece is. Null if {@link read} has to take it.
   */
  readWhole(piece: Uint8Array): Uint8Array | null {
    const { length } = piece;
    const start = 2 + MASK_BYTES;
    const isWhole =
      length >= start &&
      piece[0] === (FINAL | opcodes.binary) &&
      piece[1] === (MASKED | (length - start)) &&
      length - start < LENGTH_IN_2_BYTES &&
      length - start <= this.maxBytes;
    if (!isWhole || !this.#isMasked || this.#headLength > 0 || this.#kind !== undefined) return null;
    unmask(piece, start, length);
    return piece.subarray(start);
  }

  /** The messages that are whole with this piece, in order. @throws FramingError; the reader is of no use afterwards */
  *read(piece: Uint8Array): Generator<Message, void, undefined> {
    let at = 0;
    if (this.#head.length === 0) this.#head = Buffer.alloc(MAX_HEAD_BYTES);
    while (at < piece.length) {
      if (this.#payload === undefined) {
        this.#head[this.#headLength] = piece[at] ?? 0;
        this.#headLength += 1;
        at += 1;
        if (this.#headLength < headBytes(this.#head, this.#headLength, this.#isMasked ? MASK_BYTES : 0)) continue;
        this.#payload = Buffer.allocUnsafe(this.#checkHead());
        this.#filled = 0;
      }
      const part = piece.subarray(at, at + this.#payload.length - this.#filled);
      this.#payload.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < this.#payload.length) return;
      if (this.#isMasked) this.#unmask(this.#payload);
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
    if (((second & MASKED) !== 0) !== this.#isMasked) {
      throw new FramingError(`its frames are ${this.#isMasked ? 'not ' : ''}masked`);
    }
    const isControl = opcode >= opcodes.close;
    if (opcode !== opcodes.continuation && !kinds.has(opcode)) throw new FramingError(`it sends the opcode ${opcode}`);
    if (opcode === opcodes.continuation && this.#kind === undefined)
      throw new FramingError('it goes on with a message that it did not begin');
    if (opcode !== opcodes.continuation && !isControl && this.#kind !== undefined)
      throw new FramingError('it begins a message inside another');
    const length = payloadBytes(this.#head);
    if (isControl && (length > MAX_CONTROL_BYTES || !this.#isFinal))
      throw new FramingError('its control frame is too long or in pieces');
    if (!isControl && length > this.maxBytes - this.#fragmentBytes)
      throw new FramingError('its message is too large', 1009);
    return length;
  }

  #unmask(payload: Buffer): void {
    const mask = this.#headLength - MASK_BYTES;
    for (let i = 0; i < payload.length; i += 1) {
      payload[i] = (payload[i] as number) ^ (this.#head[mask + (i & 3)] as number);
    }
  }

  #take(payload: Buffer): Message | undefined {
    const kind = kinds.get(this.#opcode) ?? this.#kind;
    if (kind === undefined) return undefined;
    const isControl = this.#opcode >= opcodes.close;
    if (isControl || (this.#isFinal && this.#kind === undefined)) return { kind, payload };
    this.#kind = kind;
    this.#fragmentBytes += payload.length;
    this.#fragmentCount += 1;
    if (payload.length > 0) this.#fragments.push(payload);
    if (this.#fragmentCount > MAX_FRAGMENTS) throw new FramingError('its message is in too many pieces', 1009);
    if (!this.#isFinal) return undefined;
    const whole = Buffer.concat(this.#fragments, this.#fragmentBytes);
    this.#kind = undefined;
    this.#fragments = [];
    this.#fragmentCount = 0;
    this.#fragmentBytes = 0;
    return { kind, payload: whole };
  }
}

/** How long the head is, by as much of it as is there. */
function headBytes(head: Uint8Array, length: number, maskBytes: number): number {
  if (length < 2) return 2;
  const short = (head[1] ?? 0) & 0x7f;
  if (short < LENGTH_IN_2_BYTES) return 2 + maskBytes;
  return maskBytes + (short === LENGTH_IN_2_BYTES ? 4 : 10);
}

function payloadBytes(head: Buffer): number {
  const short = (head[1] ?? 0) & 0x7f;
  if (short < LENGTH_IN_2_BYTES) return short;
  // Beyond 2^53 it is inexact, and beyond every bound.
  return short === LENGTH_IN_2_BYTES ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
}
