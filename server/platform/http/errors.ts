import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { httpStatus } from '../../../protocol/api/error-codes.ts';
import type { ErrorBody } from '../../../protocol/api/view.ts';
import { type ErrorCode, VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { FaultLog } from './fault-log.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** For what strangers can cause. */
    faultLog: FaultLog;
  }
}

/** The status of an answer that carries this code. */
export function statusOf(code: ErrorCode): number {
  return httpStatus[code] ?? 500;
}

export function errorBody({ code, message, details, said }: VigiaError): ErrorBody {
  return {
    error: { code, message, ...(said === null ? {} : { said }), ...(details === undefined ? {} : { details }) },
  };
}

/** What somebody outside may know of any error: its own words if it is ours, `internal` and nothing more if it is not. */
export function asVigiaError(error: unknown): VigiaError {
  if (error instanceof VigiaError) return httpStatus[error.code] === null ? new VigiaError('internal') : error;
  const { code, statusCode } = error as Partial<FastifyError>;
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new VigiaError('payload_too_large');
  if (code === 'FST_ERR_HANDLER_TIMEOUT') {
    return refused('unavailable', said('refused.request.slow'));
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return refused('bad_request', said('refused.request.no-json'));
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return refused('bad_request', said('refused.request.unreadable'));
  }
  return new VigiaError('internal');
}

/** Answers with the body that every error has, and logs what is our own fault. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const shown = asVigiaError(error);
  const status = statusOf(shown.code);
  if (status >= 500) logOwnFault(error, shown, request);
  const { retryAfterMs } = shown.details ?? {};
  if (typeof retryAfterMs === 'number') reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(status).header('cache-control', 'no-store').type('application/json').send(errorBody(shown));
}

/** Each of those that our own people and keys meet; what anybody may cause, once a minute. */
function logOwnFault(error: unknown, shown: VigiaError, request: FastifyRequest): void {
  const { method, log, server, principal } = request;
  const fields = { err: error, method, path: pathOf(request.url) };
  // Before routes are known there is no principal at all.
  if ((principal ?? null) !== null) log.error(fields, shown.message);
  else server.faultLog.note(shown.code, fields, shown.message);
}

/** The whole answer as bytes, for connections that have no request: its end is the end of the connection. */
export function rawErrorAnswer(error: VigiaError): string {
  const status = statusOf(error.code);
  const body = JSON.stringify(errorBody(error));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}

/** Answers bytes that are not HTTP, or came too slowly. */
export function refuseConnection(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  socket.once('finish', () => socket.destroy());
  socket.end(rawErrorAnswer(refused('bad_request', said('refused.request.no-http'))));
}

/** The path without its query, which may hold what a log should not, and without the secret of an address for pings. */
export function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(/^(\/api\/v1\/recovery\/ping\/)[^/]+/, '$1...');
}
