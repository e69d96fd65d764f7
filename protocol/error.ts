import type { Said } from './said/said.ts';

/**
 * Every code that Vigia puts on the wire, in an HTTP answer or on a command line, with the sentence that explains it.
 * docs/errors.md is held against this table by a test.
 */
export const errorCodes = {
  // The wire
  frame_malformed: 'The bytes are not a frame of this protocol.',
  frame_too_large: 'The frame is larger than this stage of the connection allows.',
  frame_unexpected: 'The frame is valid but not allowed at this stage of the connection.',
  version_unsupported: 'Agent and server share no protocol version. Upgrade the older one.',
  handshake_timeout: 'The agent did not authenticate in time.',
  too_many_connections: 'Too many connections from this address are waiting to authenticate.',
  agent_unknown: 'The server knows no device with this key. Enrol the machine again.',
  agent_retired: 'The device was retired. Enrol the machine again to bring it back.',
  signature_invalid: 'The signature does not prove the key that was announced.',
  server_identity_mismatch: 'The server is not the one this agent was enrolled with.',
  server_unproven: 'Something refused the agent before it had proved that it is the server.',
  schema_unknown: 'The report names a schema that was not sent on this connection.',
  schema_invalid: 'The schema is empty, too long, or has a metric that cannot be read.',
  schema_churn: 'The list of metrics changes too often. Keep the reports and come back later.',
  too_many_frames: 'The agent sends more than a device may. It comes back later.',
  report_invalid: 'The report does not fit its schema.',
  report_base_unknown: 'The report tells its changes to one that this connection does not hold.',
  replaced: 'The same agent run opened a newer connection.',
  run_conflict: 'This key is that of another machine: this one is a copy of it.',
  run_forked:
    'This very run goes on elsewhere: the memory of a running machine was copied. The agent begins a new run.',
  identity_given_up:
    'Another machine keeps this identity, as somebody decided. Stop the agent here, delete its data folder and enrol it with a new token.',
  going_away: 'The server is stopping and says when to return.',
  overloaded: 'The server cannot commit as fast as reports arrive. Keep them and retry.',
  // Enrolment
  token_invalid: 'The enrolment token is not one of this server.',
  token_expired: 'The enrolment token has expired. Create a new one.',
  token_used_up: 'The enrolment token has no uses left. Create a new one.',
  clock_skew: 'The clock of this machine is too far from the clock of the server.',
  server_unreachable: 'Nothing answers at the address of the server.',
  server_not_vigia: 'Something answers at this address, but it is not a Vigia server.',
  no_websocket: 'A proxy in front of the server does not pass WebSockets on.',
  fingerprint_mismatch: 'The key of the server is not the one pinned in the token.',
  plaintext_refused: 'Without TLS, Vigia only talks over loopback.',
  not_enrolled: 'This machine is not enrolled.',
  already_enrolled: 'This machine is enrolled already. To move it to another server or site, enrol with --force.',
  identity_unusable: 'The key file of the agent is damaged or readable by others.',
  // HTTP
  bad_request: 'The request is malformed.',
  validation_failed: 'A field of the request is missing or out of range.',
  contract_invalid: 'The terms of the contract contradict themselves or cannot be kept.',
  metric_unknown: 'The device reports no metric of this name.',
  range_too_large: 'The query would read too much. Narrow the range or raise the step.',
  unauthenticated: 'The request needs a session or an API key.',
  credentials_invalid: 'E-mail address or password is wrong.',
  forbidden: 'The role of this user or key does not allow the request.',
  origin_refused: 'The Origin of the request is not an address of this server.',
  not_found: 'There is nothing at this address.',
  conflict: 'The request contradicts the present state.',
  first_run_closed: 'The first account already exists.',
  first_run_token_invalid: 'The one-time link is wrong or was used. Restart the server to get a new one.',
  reset_link_invalid: 'This link to a new password was used, has expired or was replaced. Ask an admin for a new one.',
  rate_limited: 'Too many attempts. Wait and retry.',
  payload_too_large: 'The body of the request is too large.',
  unavailable: 'The server is starting, stopping or cannot write to its store.',
  upgrade_required: 'This address takes WebSockets only. A proxy in between may have removed the Upgrade header.',
  artifact_missing: 'The file for this platform has not been built or fetched on the server.',
  internal: 'Something failed inside the server. Its log holds the cause.',
  // What the server reaches out to
  address_refused: 'The server does not reach out to this address.',
  address_unknown: 'The name of a host has no address.',
  // Start and command line
  config_unknown_name: 'An environment variable starts with VIGIA_ and is not known.',
  config_bad_value: 'An environment variable has a value that cannot be used.',
  port_in_use: 'Another process listens on this address.',
  address_unavailable: 'The machine has no such address to listen on.',
  data_dir_unwritable: 'The data folder cannot be written.',
  data_dir_in_use: 'Another server uses this data folder.',
  database_newer: 'The database was written by a newer version of Vigia.',
  database_damaged: 'The database fails its integrity check.',
  identity_damaged: 'The file with the identity key of the server does not hold it.',
  audit_broken: 'The audit log is not what was written into it.',
  secrets_unreadable: 'The stored secrets cannot be opened with the key file beside them.',
  usage: 'The command line is wrong.',
} as const satisfies Record<string, string>;

/** A stable, documented code. */
export type ErrorCode = keyof typeof errorCodes;

/** A fault that somebody outside can understand: a stable code, a sentence that says what to do, and optional details. */
export class VigiaError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>> | undefined;
  /** The same as a fact, where it has values; `message` are its plain words. */
  readonly said: Said | null;
  constructor(
    code: ErrorCode,
    message: string = errorCodes[code],
    details?: Record<string, unknown>,
    said: Said | null = null,
  ) {
    super(message);
    this.name = 'VigiaError';
    this.code = code;
    this.details = details;
    this.said = said;
  }
}

/** Bytes that break the protocol. The decoder throws nothing else. */
export class ProtocolError extends VigiaError {
  constructor(code: ErrorCode, message?: string) {
    super(code, message);
    this.name = 'ProtocolError';
  }
}
