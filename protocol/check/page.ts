import { PassThrough, pipeline, type Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import type { Answer } from './answer.ts';
import { charsetOf } from './charset.ts';
import { withoutEntities } from './entities.ts';

const MAX_TEXT_BYTES = 256 * 1024;
/** Nobody packs what is packed so often; each takes some 64 KiB as long as it is read. */
const MAX_PACKINGS = 5;
/** The largest window that a page may be packed with (RFC 9659): the format would allow 128 MiB. */
const zstdWindow = { [constants.ZSTD_d_windowLogMax]: 23 };
/** A page that breaks off is as whole as browsers show it. */
const gentle = { finishFlush: constants.Z_SYNC_FLUSH };

const decoders: ReadonlyMap<string, () => Transform> = new Map([
  ['gzip', () => createGunzip(gentle)],
  ['x-gzip', () => createGunzip(gentle)],
  ['deflate', () => createInflate(gentle)],
  ['raw deflate', () => createInflateRaw(gentle)],
  ['br', () => createBrotliDecompress({ finishFlush: constants.BROTLI_OPERATION_FLUSH })],
  ['zstd', () => createZstdDecompress({ finishFlush: constants.ZSTD_e_flush, params: zstdWindow })],
]);

/**
 * Whether the first 256 KiB of the page hold the text as a reader sees it: unpacked, in its own character set, with or without
 * its entities resolved.
 * @throws the error of the connection, if what came before it does not hold the text
 */
export async function holdsText({ headers, body }: Answer, text: string): Promise<boolean> {
  const { bytes, error } = await readSome(unpacked(body, headers.get('content-encoding') ?? ''));
  const label = charsetOf(bytes, headers.get('content-type') ?? '');
  const page = new TextDecoder(label).decode(bytes).normalize();
  const wanted = text.normalize();
  if (page.includes(wanted) || withoutEntities(page).includes(wanted)) return true;
  if (error !== undefined) throw error;
  return false;
}

async function readSome(pieces: AsyncIterable<Buffer>): Promise<{ readonly bytes: Buffer; readonly error: unknown }> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let failure: unknown;
  try {
    for await (const chunk of pieces) {
      chunks.push(chunk);
      sizeBytes += chunk.length;
      if (sizeBytes >= MAX_TEXT_BYTES) break;
    }
  } catch (error) {
    // Judged by whoever looks for the text: it may have come before.
    failure = error;
  }
  return { bytes: Buffer.concat(chunks).subarray(0, MAX_TEXT_BYTES), error: failure };
}

/** The body without the packings that its header names, last first. One that nobody knows stays. */
async function* unpacked(body: AsyncIterable<Buffer>, encodings: string): AsyncGenerator<Buffer, void, undefined> {
  const names = encodings
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const packings = names.filter((name) => decoders.has(name)).toReversed();
  if (packings.length === 0) return yield* body;
  if (packings.length > MAX_PACKINGS) throw new Error('the page is packed too often');
  let pieces = body;
  for (const name of packings) {
    const { first, all } = await peek(pieces);
    // Some servers leave out the header of zlib, and browsers do without it.
    const isRaw = name === 'deflate' && first !== undefined && (first & 0x0f) !== 8;
    pieces = through(all, decoders.get(isRaw ? 'raw deflate' : name)?.() ?? new PassThrough());
  }
  yield* pieces;
}

function through(pieces: AsyncIterable<Buffer>, decoder: Transform): AsyncIterable<Buffer> {
  // How it ends is told to whoever reads the decoder.
  pipeline(pieces, decoder, () => undefined);
  return decoder as AsyncIterable<Buffer>;
}

/** The first byte, and all of them still to be read. */
async function peek(pieces: AsyncIterable<Buffer>): Promise<{ first: number | undefined; all: AsyncIterable<Buffer> }> {
  const iterator = pieces[Symbol.asyncIterator]();
  const { done, value } = await iterator.next();
  async function* all(): AsyncGenerator<Buffer, void, undefined> {
    if (done === true) return;
    yield value;
    yield* { [Symbol.asyncIterator]: () => iterator };
  }
  return { first: done === true ? undefined : value[0], all: all() };
}
