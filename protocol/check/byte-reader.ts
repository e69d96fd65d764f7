import type { Socket } from 'node:net';

const LF = 0x0a;

/** Reads a connection in lines and in stretches of known length. Every call throws what ends the connection early. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Buffer>;
  #unread: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.#pieces = (socket as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** The next line without its end, in latin1. */
  async line(maxBytes: number): Promise<string> {
    let searched = 0;
    for (;;) {
      const end = this.#unread.indexOf(LF, searched);
      if (end > maxBytes || (end < 0 && this.#unread.length > maxBytes)) {
        throw Object.assign(new Error('a line of the answer is too long'), { code: 'NOT_HTTP' });
      }
      if (end >= 0) {
        const line = this.#unread.toString('latin1', 0, end).replace(/\r+$/, '');
        this.#unread = this.#unread.subarray(end + 1);
        return line;
      }
      searched = this.#unread.length;
      if (!(await this.#more())) throw brokenOff();
    }
  }

  /** Lines up to an empty one; empty ones before the first do not count. */
  async linesUntilEmpty(maxBytes: number): Promise<string[]> {
    const lines: string[] = [];
    let left = maxBytes;
    for (;;) {
      const line = await this.line(left);
      left -= line.length + 1;
      if (line !== '') lines.push(line);
      else if (lines.length > 0) return lines;
    }
  }

  async *take(lengthBytes: number): AsyncGenerator<Buffer, void, undefined> {
    let left = lengthBytes;
    while (left > 0) {
      if (this.#unread.length === 0 && !(await this.#more())) throw brokenOff();
      const piece = this.#unread.subarray(0, left);
      this.#unread = this.#unread.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Whatever comes until the other end hangs up. */
  async *rest(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const piece = this.#unread;
      this.#unread = Buffer.alloc(0);
      if (piece.length > 0) yield piece;
      if (!(await this.#more())) return;
    }
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#pieces.next();
    if (done === true) return false;
    this.#unread = this.#unread.length === 0 ? value : Buffer.concat([this.#unread, value]);
    return true;
  }
}

function brokenOff(): Error {
  return Object.assign(new Error('the answer breaks off'), { code: 'BROKEN_OFF' });
}
