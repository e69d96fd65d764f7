/**
 * How a machine joins. The token carries the fingerprint of the server's identity key, so that the agent trusts nobody on
 * first use: it first asks `GET /enroll?nonce=` for a proof, and only after that checks out it sends the token by
 * `POST /enroll`. Binary values travel as base64url without padding.
 */

/** Answer of `GET /enroll?nonce=`. `signature` is over {@link serverProofMessage} with 32 zero bytes as server nonce. */
export interface ServerProof {
  readonly identityKey: string;
  /** SHA-256 of the DER certificate that the server presents, or empty on plain loopback and behind a TLS proxy. */
  readonly certificateHash: string;
  readonly serverTimeMs: number;
  readonly signature: string;
}

/** Body of `POST /enroll`. `signature` is by the agent's key over {@link enrolmentRequestMessage}. */
export interface EnrolmentRequest {
  readonly token: string;
  readonly publicKey: string;
  readonly nonce: string;
  readonly hostname: string;
  readonly machineId: string;
  readonly os: string;
  readonly agentVersion: string;
  readonly wallMs: number;
  readonly signature: string;
}

/** Answer of `POST /enroll`. `signature` is by the identity key over {@link enrolmentAnswerMessage}. */
export interface EnrolmentAnswer {
  readonly deviceId: string;
  readonly identityKey: string;
  readonly certificateHash: string;
  readonly serverTimeMs: number;
  readonly signature: string;
  readonly wsPath: string;
  readonly kind: 'server' | 'workstation';
  readonly clientName: string;
  readonly siteName: string;
  readonly intervalMs: number;
}

/** How far the agent's clock may be from the server's at enrolment. */
export const MAX_ENROLMENT_SKEW_MS = 300_000;

/** The subprotocol of the WebSocket at `/agent`. */
export const AGENT_SUBPROTOCOL = 'vigia.1';

const utf8 = new TextEncoder();

function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** What the agent signs with its new key when it enrols. */
export function enrolmentRequestMessage(token: string, nonce: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return concat(utf8.encode('vigia-enroll-1\0'), utf8.encode(token), nonce, publicKey);
}

/** What the server signs in its answer. */
export function enrolmentAnswerMessage(
  nonce: Uint8Array,
  publicKey: Uint8Array,
  certificateHash: Uint8Array,
): Uint8Array {
  return concat(utf8.encode('vigia-enrolled-1\0'), nonce, publicKey, certificateHash);
}

/** The parts of a token, both base64url: 16 random bytes, and the SHA-256 of the raw identity key. */
export interface EnrolmentToken {
  readonly secret: string;
  readonly fingerprint: string;
}

/** `vig1_` secret `_` fingerprint: 71 characters. */
export function formatEnrolmentToken({ secret, fingerprint }: EnrolmentToken): string {
  return `vig1_${secret}_${fingerprint}`;
}

// By fixed lengths, because base64url itself may contain the underscore.
const tokenShape = /^vig1_(?<secret>[\w-]{22})_(?<fingerprint>[\w-]{43})$/;

export const NOT_A_TOKEN =
  'This is not an enrolment token: one starts with vig1_ and has 71 characters. Copy it again, whole.';

/** Null if the text has not the shape of a token. */
export function readEnrolmentToken(text: string): EnrolmentToken | null {
  const groups = tokenShape.exec(text)?.groups;
  if (groups?.secret === undefined || groups.fingerprint === undefined) return null;
  return { secret: groups.secret, fingerprint: groups.fingerprint };
}
