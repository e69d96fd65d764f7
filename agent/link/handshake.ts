import { VigiaError } from '../../protocol/error.ts';
import type { ChallengeFrame, ProofFrame } from '../../protocol/wire/frame.ts';
import { agentProofMessage, serverProofMessage } from '../../protocol/wire/frame.ts';
import type { Identity } from '../identity/identity.ts';
import { verifySignature } from '../identity/keys.ts';
import { type Channel, channelFits, sameBytes } from './channel.ts';

export interface HandshakeState {
  readonly channel: Channel;
  /** The raw key pinned at enrolment. */
  readonly pinnedKey: Uint8Array;
  readonly identity: Identity;
  /** Fresh for this connection, so that an old challenge proves nothing. */
  readonly agentNonce: Uint8Array;
  readonly runId: Uint8Array;
}

/**
 * Checks that the challenge comes from the server this machine was enrolled with and answers it.
 * @throws VigiaError `server_identity_mismatch` with what does not fit
 */
export function answerChallenge(challenge: ChallengeFrame, state: HandshakeState): ProofFrame {
  const { channel, pinnedKey, identity, agentNonce, runId } = state;
  const { identityKey, nonce, certificateHash, signature } = challenge;
  if (!sameBytes(identityKey, pinnedKey)) {
    throw new VigiaError(
      'server_identity_mismatch',
      'The server has another key than the one this agent was enrolled with.',
    );
  }
  if (!verifySignature(identityKey, serverProofMessage(agentNonce, nonce, certificateHash), signature)) {
    throw new VigiaError('server_identity_mismatch', 'The signature of the server does not prove its key.');
  }
  if (!channelFits(channel, certificateHash)) {
    throw new VigiaError(
      'server_identity_mismatch',
      'The certificate of the connection is not the one the server signed.',
    );
  }
  return { type: 'proof', signature: identity.sign(agentProofMessage(identityKey, nonce, agentNonce, runId)) };
}
