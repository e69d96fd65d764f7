import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorBody } from '../../../protocol/api/view.ts';
import { type ErrorCode, VigiaError } from '../../../protocol/error.ts';
import type { FaultLog } from './fault-log.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** For what strangers can cause. */
    faultLog: FaultLog;
  }
}

/** The HTTP status of each code; null for those that never travel over HTTP. */
export const httpStatus: { readonly [C in ErrorCode]: number | null } = {
  frame_malformed: null,
  frame_too_large: null,
  frame_unexpected: null,
  version_unsupported: null,
  handshake_timeout: null,
  too_many_connections: 503,
  agent_unknown: null,
  agent_retired: null,
  signature_invalid: 401,
  server_identity_mismatch: null,
  server_unproven: null,
  schema_unknown: null,
  schema_invalid: null,
  schema_churn: null,
  too_many_frames: null,
  report_invalid: null,
  report_base_unknown: null,
  replaced: null,
  run_conflict: null,
  run_forked: null,
  identity_given_up: null,
  going_away: null,
  overloaded: 503,
  token_invalid: 401,
  token_expired: 401,
  token_used_up: 401,
  clock_skew: 400,
  server_unreachable: null,
  server_not_vigia: null,
  no_websocket: null,
  fingerprint_mismatch: null,
  plaintext_refused: null,
  not_enrolled: null,
  already_enrolled: null,
  identity_unusable: null,
  identity_damaged: null,
  bad_request: 400,
  validation_failed: 400,
  contract_invalid: 422,
  metric_unknown: 400,
  range_too_large: 400,
  unauthenticated: 401,
  credentials_invalid: 401,
  forbidden: 403,
  origin_refused: 403,
  not_found: 404,
  conflict: 409,
  first_run_closed: 410,
  first_run_token_invalid: 401,
  reset_link_invalid: 401,
  rate_limited: 429,
  payload_too_large: 413,
  unavailable: 503,
  upgrade_required: 426,
  artifact_missing: 404,
  internal: 500,
  address_refused: 400,
  address_unknown: 400,
  config_unknown_name: null,
  config_bad_value: null,
  port_in_use: null,
  address_unavailable: null,
  data_dir_unwritable: null,
  data_dir_in_use: null,
  database_newer: null,
  database_damaged: null,
  audit_broken: null,
  secrets_unreadable: 500,
  usage: null,
};

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
    return new VigiaError('unavailable', 'The server did not finish the request in time. Retry it later.');
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new VigiaError('bad_request', 'Send the body as JSON, with Content-Type: application/json.');
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new VigiaError('bad_request', 'The request is malformed: its address, headers or JSON cannot be read.');
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
  socket.end(rawErrorAnswer(new VigiaError('bad_request', 'This is not an HTTP request, or it came too slowly.')));
}

/** The path without its query, which may hold what a log should not, and without the secret of an address for pings. */
export function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').replace(/^(\/api\/v1\/recovery\/ping\/)[^/]+/, '$1...');
}
