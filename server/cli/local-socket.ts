import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { ErrorBody } from '../../protocol/api/view.ts';
import { type ErrorCode, errorCodes, SentenceError, VigiaError } from '../../protocol/error.ts';
import { refused } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { errorBody } from '../platform/http/errors.ts';

/**
 * How the command line talks to the running server: one line of JSON each way, over a Unix socket in the data folder that
 * only the server's own user can open. Whoever can open it could also read the database beside it.
 */
export interface LocalRequest {
  readonly operation: string;
  readonly input: unknown;
}

export type LocalAnswer = { readonly result: unknown } | ErrorBody;

const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
const MAX_CONNECTIONS = 16;
const REQUEST_DEADLINE_MS = 5000;
const ANSWER_DEADLINE_MS = 30_000;
const OWNER_ONLY_UMASK = 0o177;

/** Listens until `close`. The caller holds the lock of the data folder: a socket that lies there is a dead one's. */
export async function serveLocalSocket(
  path: string,
  answer: (request: LocalRequest) => Promise<unknown>,
): Promise<{ close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    readLine(socket, MAX_REQUEST_BYTES, REQUEST_DEADLINE_MS)
      .then((line) => answerLine(line, answer))
      .then((text) => socket.end(`${text}\n`))
      .catch(() => socket.destroy()); // whoever sends no request gets no answer
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, path);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listen(server: Server, path: string): Promise<void> {
  const isFile = !path.startsWith('\\\\');
  if (isFile) rmSync(path, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', resolve);
    // The kernel makes the socket inside listen(), with the rights that the umask leaves.
    const before = isFile ? process.umask(OWNER_ONLY_UMASK) : 0;
    server.listen(path);
    if (isFile) process.umask(before);
  });
}

async function answerLine(line: string, answer: (request: LocalRequest) => Promise<unknown>): Promise<string> {
  try {
    const result = await answer(JSON.parse(line) as LocalRequest);
    return JSON.stringify({ result } satisfies LocalAnswer);
  } catch (error) {
    return JSON.stringify(
      errorBody(error instanceof VigiaError ? error : new VigiaError('internal')) satisfies LocalAnswer,
    );
  }
}

/**
 * Asks the server that listens there.
 * @throws VigiaError what the server answered, or `unavailable` if none does
 */
export async function askLocalSocket(
  path: string,
  request: LocalRequest,
  deadlineMs = ANSWER_DEADLINE_MS,
): Promise<unknown> {
  const socket = createConnection(path);
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    const answer = JSON.parse(await readLine(socket, MAX_ANSWER_BYTES, deadlineMs)) as LocalAnswer;
    if ('result' in answer) return answer.result;
    const { code, message } = answer.error;
    throw new SentenceError(Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'internal', message);
  } finally {
    socket.destroy();
  }
}

/** The first line that arrives. @throws VigiaError unavailable if the peer fails, is silent or says too much */
function readLine(socket: Socket, maxBytes: number, deadlineMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const fail = (): void => {
      clearTimeout(timer);
      reject(refused('unavailable', said('refused.cli.no-answer')));
    };
    const timer = setTimeout(fail, deadlineMs);
    socket.on('error', fail);
    socket.on('close', fail);
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > maxBytes) return fail();
      if (!chunk.includes(0x0a)) return;
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).toString().split('\n', 1)[0] ?? '');
    });
  });
}
