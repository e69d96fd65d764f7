import type { Socket } from 'node:net';
import { ByteReader } from './byte-reader.ts';
import { authorityOf } from './name.ts';

/** An answer to a request as far as its headers, and its body to be read. */
export interface Answer {
  readonly status: number;
  /** By names in small letters; of those that stand there twice, the first. */
  readonly headers: ReadonlyMap<string, string>;
  /** Throws if it breaks off before its end. */
  readonly body: AsyncIterable<Buffer>;
  close(): void;
}

/** As much as the largest servers send; browsers take more. */
const MAX_HEAD_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 8 * 1024;
const MAX_INTERIM_ANSWERS = 16;

/** No encoding is asked for, and every way of writing text is fine. */
export const requestHeaders = { accept: '*/*', 'user-agent': 'Vigia check' } as const;

/**
 * Asks in HTTP/1.1 and reads the answer as browsers do: lines may end without a carriage return, headers hold any character,
 * and a line that is no header is passed over. A check that only took what the standard allows would call pages down that
 * everybody sees.
 * @throws Error whose code `NOT_HTTP` says that something else answered; of the connection; the reason of the signal
 */
export async function askPlainly(socket: Socket, url: URL, signal: AbortSignal): Promise<Answer> {
  const onAbort = (): void => void socket.destroy(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('close', () => signal.removeEventListener('abort', onAbort));
  if (signal.aborted) onAbort();
  socket.on('error', () => undefined);
  socket.write(requestTo(url));
  try {
    const reader = new ByteReader(socket);
    const { status, headers } = await readHead(reader);
    return { status, headers, body: bodyOf(reader, status, headers), close: () => void socket.destroy() };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function requestTo(url: URL): string {
  const headers = { host: authorityOf(url), ...requestHeaders, connection: 'close' };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `${[`GET ${url.pathname}${url.search} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`;
}

async function readHead(reader: ByteReader): Promise<Pick<Answer, 'status' | 'headers'>> {
  for (let interim = 0; interim < MAX_INTERIM_ANSWERS; interim += 1) {
    const [first = '', ...lines] = await reader.linesUntilEmpty(MAX_HEAD_BYTES);
    const status = Number(/^HTTP\/\d(?:\.\d+)?[ \t]+(\d{3})(?!\d)/i.exec(first)?.[1]);
    if (Number.isNaN(status)) throw notHttp('the answer does not begin as one of HTTP');
    if (status >= 200 || status === 101) return { status, headers: headersOf(lines) };
  }
  throw notHttp('the answer is put off for ever');
}

function headersOf(lines: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  let last = '';
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line)) {
      const before = headers.get(last);
      if (before !== undefined) headers.set(last, `${before} ${line.trim()}`.trim());
    } else if (colon > 0) {
      last = line.slice(0, colon).trim().toLowerCase();
      if (!headers.has(last)) headers.set(last, line.slice(colon + 1).trim());
    }
  }
  return headers;
}

async function* bodyOf(
  reader: ByteReader,
  status: number,
  headers: ReadonlyMap<string, string>,
): AsyncGenerator<Buffer, void, undefined> {
  if (status === 204 || status === 304) return;
  if (/\bchunked\b/i.test(headers.get('transfer-encoding') ?? '')) return yield* chunksOf(reader);
  const length = /^\d{1,15}/.exec(headers.get('content-length') ?? '')?.[0];
  yield* length === undefined ? reader.rest() : reader.take(Number(length));
}

async function* chunksOf(reader: ByteReader): AsyncGenerator<Buffer, void, undefined> {
  for (;;) {
    const size = /^[ \t]*([0-9a-f]{1,8})(?![0-9a-f])/i.exec(await reader.line(MAX_LINE_BYTES))?.[1];
    if (size === undefined) throw notHttp('a chunk of the answer has no size');
    if (Number.parseInt(size, 16) === 0) return;
    yield* reader.take(Number.parseInt(size, 16));
    await reader.line(MAX_LINE_BYTES);
  }
}

function notHttp(why: string): Error {
  return Object.assign(new Error(why), { code: 'NOT_HTTP' });
}
