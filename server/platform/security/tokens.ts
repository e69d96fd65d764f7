import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { formatEnrolmentToken, readEnrolmentToken } from '../../../protocol/api/enrolment.ts';
import type { DeviceKind } from '../../../protocol/api/view.ts';
import { VigiaError } from '../../../protocol/error.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { everyClient } from '../../domain/scope.ts';
import type { ScopedStore, StoreHandle } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import { endOfMaker } from './end-of-maker.ts';
import type { Identity } from './identity.ts';

export interface NewToken {
  readonly clientId: string;
  readonly siteId: string;
  readonly kind: DeviceKind;
  readonly uses: number;
  readonly expiresInMs: number;
  readonly createdBy: string;
}

/** What the agent says of itself when it enrols; its signature was checked before. */
export interface EnrollingAgent {
  readonly publicKey: Uint8Array;
  readonly machineId: string;
  readonly hostname: string;
  readonly os: string;
  readonly agentVersion: string;
}

export interface Enrolled {
  readonly device: Row<'device'>;
  readonly client: Row<'client'>;
  readonly site: Row<'site'>;
}

export interface EnrolmentTokens {
  /** Within an act. `token` is shown this once. @throws VigiaError not_found if client or site are not in scope, validation_failed */
  create(
    scoped: Pick<ScopedStore, 'apiKeys' | 'tokens'>,
    token: NewToken,
  ): Promise<{ readonly row: Row<'enrolment_token'>; readonly token: string }>;
  /**
   * Within an act: makes the agent a device and takes one use of the token, both or neither. An agent that repeats its request, because the
   * answer was lost, gets the same device again; a retired one of the same client comes back under its old id.
   * @throws VigiaError token_invalid, token_expired, token_used_up, conflict (the key is enrolled at another client)
   */
  redeem(handle: StoreHandle, token: string, agent: EnrollingAgent): Promise<Enrolled>;
}

export const MAX_TOKEN_USES = 10_000;
export const MAX_TOKEN_LIFETIME_MS = 365 * 86_400_000;
const SECRET_BYTES = 16;

export function createEnrolmentTokens(identity: Identity, clock: () => number): EnrolmentTokens {
  const fingerprint = Buffer.from(identity.fingerprint).toString('base64url');
  return {
    async create(scoped, { clientId, siteId, kind, uses, expiresInMs, createdBy }) {
      requireRange('uses', uses, MAX_TOKEN_USES);
      requireRange('expiresInMs', expiresInMs, MAX_TOKEN_LIFETIME_MS);
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const createdAt = clock();
      const lastAt = (await endOfMaker(scoped, createdBy)) ?? Number.POSITIVE_INFINITY;
      const row = await scoped.tokens.insert({
        id: randomUUID(),
        secret_hash: hashOf(secret),
        client_id: clientId,
        site_id: siteId,
        kind,
        uses_left: uses,
        expires_at: Math.min(createdAt + expiresInMs, lastAt),
        created_at: createdAt,
        created_by: createdBy,
        revoked_at: null,
      });
      return { row, token: formatEnrolmentToken({ secret, fingerprint }) };
    },

    async redeem(handle, text, agent) {
      const token = readEnrolmentToken(text);
      if (token === null) throw refused('token_invalid', said('refused.token.shape'));
      if (token.fingerprint !== fingerprint) {
        throw refused('token_invalid', said('refused.token.foreign'));
      }
      return enrol(handle, hashOf(token.secret), agent, clock());
    },
  };
}

async function enrol(handle: StoreHandle, secretHash: Buffer, agent: EnrollingAgent, nowMs: number): Promise<Enrolled> {
  const { tokens, devices, clients, sites } = handle.scoped(everyClient);
  const token = await tokens.bySecretHash(secretHash);
  if (token === null || token.revoked_at !== null) throw new VigiaError('token_invalid');
  const known = await devices.byPublicKey(agent.publicKey);
  const repeated = known !== null && known.retired_at === null && known.token_id === token.id;
  if (!repeated && !(await tokens.spendUse(token.id))) {
    throw new VigiaError(token.expires_at <= nowMs ? 'token_expired' : 'token_used_up');
  }
  const device = await place(handle, token, known, agent);
  const client = await clients.get(device.client_id);
  const site = await sites.get(device.site_id);
  if (client === null || site === null) throw new Error(`device ${device.id} without client or site`);
  return { device, client, site };
}

/** The device that this agent is from now on: its own again if the client is the same, otherwise a new one. */
async function place(
  handle: StoreHandle,
  token: Row<'enrolment_token'>,
  known: Row<'device'> | null,
  agent: EnrollingAgent,
): Promise<Row<'device'>> {
  const { devices } = handle.scoped(everyClient);
  const { publicKey, ...facts } = agent;
  const placement = { siteId: token.site_id, kind: token.kind, tokenId: token.id };
  if (known === null || (known.retired_at !== null && known.client_id !== token.client_id)) {
    return devices.insert({ ...facts, ...placement, publicKey, clientId: token.client_id });
  }
  if (known.client_id !== token.client_id) {
    throw refused('conflict', said('refused.agent.elsewhere'));
  }
  if (known.retired_at !== null) await devices.revive(known.id);
  return devices.update(known.id, { ...facts, ...placement });
}

function hashOf(secret: string): Buffer {
  return createHash('sha256').update(secret, 'base64url').digest();
}

function requireRange(field: string, value: number, max: number): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return;
  throw refused('validation_failed', said('refused.whole-number', { field, most: max }), { field });
}
