import { type Static, Type } from 'typebox';
import {
  type EnrolmentAnswer,
  type EnrolmentRequest,
  enrolmentAnswerMessage,
  enrolmentRequestMessage,
  MAX_ENROLMENT_SKEW_MS,
  readEnrolmentToken,
  type ServerProof,
} from '../../../protocol/api/enrolment.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { serverProofMessage } from '../../../protocol/wire/frame.ts';
import { everyClient } from '../../domain/scope.ts';
import { Name, strict } from '../../platform/http/fields.ts';
import type { CertificateFacts, Http, RateLimits } from '../../platform/http/http.ts';
import { perMinute } from '../../platform/http/rate-limit.ts';
import type { Identity } from '../../platform/security/identity.ts';
import { verifySignature } from '../../platform/security/identity.ts';
import type { EnrolmentTokens } from '../../platform/security/tokens.ts';
import type { StoreHandle } from '../../platform/store/store.ts';
import type { ActOnStore, Turn } from '../../platform/store/turn.ts';

/** A machine has no account; the token says who let it in. */
const MACHINE = { id: 'server' };
const noServerNonce = new Uint8Array(32);
const noCertificate = new Uint8Array(0);

/** base64url without padding of exactly so many bytes. */
const Bytes = (count: number) => {
  const length = Math.ceil((count * 8) / 6);
  return Type.String({ minLength: length, maxLength: length, pattern: '^[\\w-]+$' });
};
const ProofQuery = Type.Object({ nonce: Bytes(32) }, strict);
const Text = (maxLength: number) => Type.String({ maxLength, pattern: '^[^\\u0000-\\u001f\\u007f]*$' });
const Enrolment = Type.Object(
  {
    token: Type.String({ maxLength: 128 }),
    publicKey: Bytes(32),
    nonce: Bytes(32),
    hostname: Name,
    machineId: Text(64),
    os: Text(120),
    agentVersion: Text(32),
    wallMs: Type.Number(),
    signature: Bytes(64),
  },
  strict,
);
// Agent and server agree on the same document.
const _: EnrolmentRequest = {} as Static<typeof Enrolment>;

export interface EnrollRouteNeeds {
  readonly identity: Identity;
  readonly certificate: () => CertificateFacts | null;
  readonly clock: () => number;
  readonly limits: RateLimits;
  readonly actOnStore: ActOnStore;
  readonly enrolmentTokens: EnrolmentTokens;
  /** What agents are asked to keep, by kind of device. */
  readonly reportIntervalMs: { readonly server: number; readonly workstation: number };
  /** Follows what was enrolled. */
  readonly fleet: { followDevice(turn: Turn, handle: StoreHandle, deviceId: string): Promise<void> };
}

/** How a machine joins: it first lets the server prove itself, then sends its token. */
export function enrollRoutes(http: Http, context: EnrollRouteNeeds): void {
  const { identity, certificate, clock, limits, actOnStore, fleet, enrolmentTokens, reportIntervalMs } = context;
  const config = { access: 'public', ...perMinute(limits.enrolment) } as const;

  function proof(messageOf: (certificateHash: Uint8Array) => Uint8Array): ServerProof {
    const certificateHash = certificate()?.certificateHash ?? noCertificate;
    return {
      identityKey: encode(identity.publicKey),
      certificateHash: encode(certificateHash),
      serverTimeMs: clock(),
      signature: encode(identity.sign(messageOf(certificateHash))),
    };
  }

  http.get('/enroll', { config, schema: { querystring: ProofQuery } }, async (request): Promise<ServerProof> => {
    const nonce = decode(request.query.nonce);
    return proof((certificateHash) => serverProofMessage(nonce, noServerNonce, certificateHash));
  });

  // Agents ask for a WebSocket here. What arrives as a plain request came through a proxy that does not pass them on.
  http.get('/agent', { config }, async () => {
    throw new VigiaError('upgrade_required');
  });

  http.post('/enroll', { config, schema: { body: Enrolment } }, async (request): Promise<EnrolmentAnswer> => {
    const { token, hostname, machineId, os, agentVersion, wallMs, signature } = request.body;
    if (readEnrolmentToken(token) === null) throw refused('token_invalid', said('refused.token.shape'));
    checkClock(wallMs, clock());
    const [nonce, publicKey] = [decode(request.body.nonce), decode(request.body.publicKey)];
    if (!verifySignature(publicKey, enrolmentRequestMessage(token, nonce, publicKey), decode(signature))) {
      throw new VigiaError('signature_invalid');
    }
    const agent = { publicKey, machineId, hostname, os, agentVersion };
    const enrolled = await actOnStore(MACHINE, 'device.enrol', everyClient, async (turn, _scoped, handle) => {
      const done = await enrolmentTokens.redeem(handle, token, agent);
      turn.record(done.device.id, { tokenId: done.device.token_id, hostname, address: request.ip });
      await fleet.followDevice(turn, handle, done.device.id);
      return done;
    });
    const { device, client, site } = enrolled;
    return {
      ...proof((certificateHash) => enrolmentAnswerMessage(nonce, publicKey, certificateHash)),
      deviceId: device.id,
      wsPath: '/agent',
      kind: device.kind,
      clientName: client.name,
      siteName: site.name,
      intervalMs: reportIntervalMs[device.kind],
    };
  });
}

/** A machine whose clock is far off would sign and report nonsense: better said now than found later. */
function checkClock(agentMs: number, serverTimeMs: number): void {
  const aheadMs = agentMs - serverTimeMs;
  if (Math.abs(aheadMs) <= MAX_ENROLMENT_SKEW_MS) return;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  throw refused('clock_skew', said('refused.clock.skew', { seconds, side: aheadMs > 0 ? 'ahead' : 'behind' }), {
    serverTimeMs,
  });
}

function encode(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function decode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64url'));
}
