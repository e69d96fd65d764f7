import { createHash, randomBytes } from 'node:crypto';
import { hostname, release, type as systemType } from 'node:os';
import {
  type EnrolmentAnswer,
  type EnrolmentRequest,
  type EnrolmentToken,
  enrolmentAnswerMessage,
  enrolmentRequestMessage,
  MAX_ENROLMENT_SKEW_MS,
  NOT_A_TOKEN,
  readEnrolmentToken,
  type ServerProof,
} from '../../protocol/api/enrolment.ts';
import { type ErrorCode, errorCodes, SentenceError, VigiaError } from '../../protocol/error.ts';
import { serverProofMessage } from '../../protocol/wire/frame.ts';
import { prepareDataDir } from '../files/file.ts';
import { type Channel, channelFits, notVigia, parseServerUrl, serverPath } from '../link/channel.ts';
import { type Answer, exchange } from '../link/exchange.ts';
import { type Enrolment, loadOrCreateIdentity, readEnrolment, writeEnrolment } from './identity.ts';
import { verifySignature } from './keys.ts';
import { proveUpgrade } from './prove-upgrade.ts';

export interface EnrolOptions {
  readonly dataDir: string;
  /** As the user wrote it. */
  readonly server: string;
  readonly token: string;
  /** What to call the machine; its host name by default. */
  readonly name?: string | undefined;
  /** Enrol although there is an enrolment. The key stays, so that the server knows the machine again. */
  readonly force?: boolean;
  readonly machineId: string;
  readonly agentVersion: string;
  readonly timeoutMs?: number;
  /** The wall clock. */
  readonly now?: () => number;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Makes this machine a device of a server. The server proves the key that the token pins before the token is sent, and
 * proves it again in its answer.
 * @throws VigiaError with a sentence for each way in which it fails; see docs/errors.md
 */
export async function enroll(options: EnrolOptions): Promise<Enrolment> {
  const { dataDir, timeoutMs = DEFAULT_TIMEOUT_MS, now = Date.now } = options;
  const server = parseServerUrl(options.server);
  const { fingerprint } = tokenOf(options.token);
  prepareDataDir(dataDir);
  const present = options.force ? undefined : readEnrolment(dataDir);
  if (present !== undefined) {
    throw new VigiaError(
      'already_enrolled',
      `This machine is enrolled with ${present.server} already. To enrol it again, add --force.`,
      { server: present.server },
    );
  }
  const identity = loadOrCreateIdentity(dataDir);
  const { identityKey, certificateHash: proved } = await proveServer(server, fingerprint, timeoutMs, now);
  // Before the token is used up: a machine that is enrolled and cannot connect would look like one that was lost.
  await proveUpgrade(serverPath(server, '/agent'), timeoutMs);

  const nonce = randomBytes(32);
  const request: EnrolmentRequest = {
    token: options.token,
    publicKey: base64url(identity.publicKey),
    nonce: base64url(nonce),
    hostname: options.name ?? hostname(),
    machineId: options.machineId,
    os: `${systemType()} ${release()}`,
    agentVersion: options.agentVersion,
    wallMs: now(),
    signature: base64url(identity.sign(enrolmentRequestMessage(options.token, nonce, identity.publicKey))),
  };
  const url = serverPath(server, '/enroll');
  const accept = (next: Channel) => {
    if (!channelFits(next, proved)) throw mismatch(server, 'it showed another certificate on the second connection');
  };
  const answer = await exchange({ method: 'POST', url, body: request, accept, timeoutMs });
  const document = documentOf<EnrolmentAnswer>(answer, url, now);
  const certificateHash = bytes(document.certificateHash);
  const message = enrolmentAnswerMessage(nonce, identity.publicKey, certificateHash);
  if (
    !verifySignature(identityKey, message, bytes(document.signature)) ||
    !channelFits(answer.channel, certificateHash)
  ) {
    throw mismatch(server, 'its answer is not signed by that key');
  }
  if (!isSoundAnswer(document)) throw notVigia(server, 'its answer to the enrolment lacks fields');
  const { deviceId, wsPath, kind, clientName, siteName, intervalMs } = document;
  const enrolment: Enrolment = {
    server: server.href.replace(/\/+$/, ''),
    identityKey: base64url(identityKey),
    wsPath,
    deviceId,
    kind,
    clientName,
    siteName,
    intervalMs,
    enrolledAt: new Date(now()).toISOString(),
  };
  writeEnrolment(dataDir, enrolment);
  return enrolment;
}

/** Asks the server to prove the key that the token pins, and sends nothing secret. */
async function proveServer(server: URL, fingerprint: string, timeoutMs: number, now: () => number) {
  const nonce = randomBytes(32);
  const url = serverPath(server, '/enroll');
  url.searchParams.set('nonce', base64url(nonce));
  const answer = await exchange({ method: 'GET', url, timeoutMs });
  const proof = documentOf<ServerProof>(answer, url, now);
  const identityKey = bytes(proof.identityKey);
  const certificateHash = bytes(proof.certificateHash);
  if (identityKey.length !== 32 || !Number.isFinite(proof.serverTimeMs)) throw notVigia(url, 'it proves no key');
  if (base64url(createHash('sha256').update(identityKey).digest()) !== fingerprint) {
    throw mismatch(server, 'its key has another fingerprint');
  }
  const message = serverProofMessage(nonce, new Uint8Array(32), certificateHash);
  if (!verifySignature(identityKey, message, bytes(proof.signature))) {
    throw mismatch(server, 'its signature does not prove that key');
  }
  if (!channelFits(answer.channel, certificateHash)) {
    throw mismatch(server, 'somebody in between shows a certificate that is not the one of the server');
  }
  const skewMs = now() - proof.serverTimeMs;
  if (Math.abs(skewMs) > MAX_ENROLMENT_SKEW_MS) throw skewed(skewMs);
  return { identityKey, certificateHash };
}

/** The document of a good answer. @throws VigiaError what the server says, or that it is none of ours */
function documentOf<T>({ status, document }: Answer, url: URL, now: () => number): T {
  if (typeof document !== 'object' || document === null)
    throw notVigia(url, `it answered ${status} without a document`);
  if (status === 200) return document as T;
  const { error } = document as { error?: { code?: unknown; message?: unknown; details?: { serverTimeMs?: unknown } } };
  const code = error?.code;
  if (typeof code !== 'string' || !Object.hasOwn(errorCodes, code)) throw notVigia(url, `it answered ${status}`);
  // A path that a Vigia server does not have means that something else of it, or nothing, is there.
  if (code === 'not_found') throw notVigia(url, `there is no ${url.pathname}; check the path of the address`);
  const serverTimeMs = error?.details?.serverTimeMs;
  if (code === 'clock_skew' && typeof serverTimeMs === 'number') throw skewed(now() - serverTimeMs);
  const sentence = typeof error?.message === 'string' ? error.message.slice(0, 512) : undefined;
  throw new SentenceError(code as ErrorCode, sentence ?? errorCodes[code as ErrorCode]);
}

function isSoundAnswer(answer: EnrolmentAnswer): boolean {
  const texts = [answer.deviceId, answer.clientName, answer.siteName];
  return (
    texts.every((text) => typeof text === 'string' && text.length <= 256) &&
    /^\/[\w/-]*$/.test(answer.wsPath) &&
    ['server', 'workstation'].includes(answer.kind) &&
    Number.isInteger(answer.intervalMs) &&
    answer.intervalMs > 0
  );
}

function mismatch(server: URL, why: string): VigiaError {
  return new VigiaError(
    'fingerprint_mismatch',
    `The server at ${server.host} is not the one that made this token: ${why}. Check the address, or make a new token.`,
  );
}

function skewed(skewMs: number): VigiaError {
  const direction = skewMs > 0 ? 'ahead of' : 'behind';
  return new SentenceError(
    'clock_skew',
    `The clock of this machine is ${inWords(Math.abs(skewMs))} ${direction} the server's. Set it (such as with NTP) and enrol again.`,
    { skewMs },
  );
}

function inWords(durationMs: number): string {
  const units = [
    ['days', 86_400_000],
    ['hours', 3_600_000],
    ['minutes', 60_000],
  ] as const;
  const [name, unitMs] = units.find(([, size]) => durationMs >= 2 * size) ?? (['seconds', 1_000] as const);
  return `${Math.round(durationMs / unitMs)} ${name}`;
}

function base64url(value: Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

function bytes(text: unknown): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text, 'base64url') : new Uint8Array();
}

function tokenOf(text: string): EnrolmentToken {
  const token = readEnrolmentToken(text);
  if (token === null) throw new SentenceError('token_invalid', NOT_A_TOKEN);
  return token;
}
