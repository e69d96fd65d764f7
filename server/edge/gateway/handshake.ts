import { VigiaError } from '../../../protocol/error.ts';
import {
  agentProofMessage,
  type ChallengeFrame,
  type HelloFrame,
  PROTOCOL_VERSION_MAX,
  PROTOCOL_VERSION_MIN,
  type ProofFrame,
  serverProofMessage,
} from '../../../protocol/wire/frame.ts';

/** What proves this server to an agent. */
export interface ServerProof {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
  /** SHA-256 of the certificate presented, or empty without TLS. */
  certificateHash(): Uint8Array;
}

/** The highest version both sides speak. @throws VigiaError version_unsupported, saying which side is too old */
export function agreeVersion(hello: HelloFrame): number {
  const version = Math.min(PROTOCOL_VERSION_MAX, hello.versionMax);
  if (version >= PROTOCOL_VERSION_MIN && version >= hello.versionMin) return version;
  const older = hello.versionMax < PROTOCOL_VERSION_MIN ? 'agent' : 'server';
  throw new VigiaError(
    'version_unsupported',
    `The agent speaks versions ${hello.versionMin} to ${hello.versionMax}, the server ${PROTOCOL_VERSION_MIN} to ${PROTOCOL_VERSION_MAX}. Upgrade the ${older}.`,
  );
}

export function makeChallenge(
  hello: HelloFrame,
  version: number,
  nonce: Uint8Array,
  proof: ServerProof,
  serverTimeMs: number,
): ChallengeFrame {
  const certificateHash = proof.certificateHash();
  const signature = proof.sign(serverProofMessage(hello.nonce, nonce, certificateHash));
  return { type: 'challenge', version, nonce, identityKey: proof.publicKey, certificateHash, serverTimeMs, signature };
}

/** @throws VigiaError signature_invalid */
export function checkProof(
  hello: HelloFrame,
  challenge: ChallengeFrame,
  frame: ProofFrame,
  verify: (publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean,
): void {
  const message = agentProofMessage(challenge.identityKey, challenge.nonce, hello.nonce, hello.runId);
  if (!verify(hello.publicKey, message, frame.signature)) throw new VigiaError('signature_invalid');
}

/** The hello of an agent that had to wait so long, ms, with its clocks as they are now. */
export function laterHello(hello: HelloFrame, waitedMs: number): HelloFrame {
  const ms = Math.round(waitedMs);
  const { wallMs, monotonicMs, bootMs } = hello.clocks;
  return { ...hello, clocks: { wallMs: wallMs + ms, monotonicMs: monotonicMs + ms, bootMs: bootMs + ms } };
}
