import type { ReceiverInput, ReceiverTarget } from '../../../protocol/api/receiver.ts';
import type { Sealer } from '../../platform/security/sealing.ts';
import type { Row } from '../../platform/store/tables.ts';
import type { ReceiverFacts } from './plan.ts';

/** The id of the receiver that is always there. */
export const LOG_RECEIVER = 'log';

export const logReceiver: ReceiverFacts = {
  id: LOG_RECEIVER,
  clientId: null,
  minPriority: 'normal',
  clocks: true,
  addresses: null,
  takesAll: true,
};

/** What of a target is secret, by kind. */
const secretFields = { email: 'password', webhook: 'secret', ntfy: 'token', telegram: 'botToken' } as const;

/** A stored receiver: the target as it is shown, and its secret as it is sealed. */
export type ReceiverRow = Pick<Row<'receiver'>, 'id' | 'client_id' | 'name' | 'document_json' | 'secrets_sealed'>;

export function documentOf(row: Pick<Row<'receiver'>, 'document_json'>): ReceiverInput {
  return JSON.parse(row.document_json) as ReceiverInput;
}

export function factsOf(row: ReceiverRow): ReceiverFacts {
  const { minPriority, clocks, target } = documentOf(row);
  const addresses = target.kind === 'email' ? target.to : null;
  return { id: row.id, clientId: row.client_id, minPriority, clocks, addresses, takesAll: false };
}

/** The secret of a target as it was entered: undefined keeps the one before, null takes it away. */
export function enteredSecret(target: ReceiverTarget): string | null | undefined {
  return (target as Record<string, unknown>)[secretFields[target.kind]] as string | null | undefined;
}

export function withoutSecret<T extends ReceiverTarget>(target: T): T {
  const { [secretFields[target.kind]]: _secret, ...rest } = target as Record<string, unknown>;
  return rest as T;
}

export function sealSecret(sealer: Sealer, receiverId: string, secret: string | null): Uint8Array | null {
  return secret === null ? null : sealer.seal(secret, `receiver:${receiverId}`);
}

/** @throws VigiaError secrets_unreadable */
export function openSecret(sealer: Sealer, row: Pick<ReceiverRow, 'id' | 'secrets_sealed'>): string | null {
  return row.secrets_sealed === null ? null : sealer.open(row.secrets_sealed, `receiver:${row.id}`);
}
