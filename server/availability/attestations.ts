import { randomUUID } from 'node:crypto';
import type { Attestation, AttestationInput } from '../../protocol/availability.ts';
import { VigiaError } from '../../protocol/error.ts';
import type { Scope } from '../domain/scope.ts';
import type { Attested } from '../domain/sla/compose.ts';
import type { Stretch } from '../domain/sla/sources.ts';
import { formatInstant } from '../domain/wording.ts';
import type { Actor } from '../http/ports.ts';
import type { Store } from '../store/store.ts';
import type { Row } from '../store/tables.ts';
import type { Watch } from '../watch.ts';
import type { BookEntry, LedgerBook } from './ledger-book.ts';
import { attestationView, type Said } from './views.ts';

export interface AttestationOptions {
  readonly store: Store;
  readonly book: LedgerBook;
  readonly act: Watch['act'];
}

/** What people say of time without evidence. Each statement, and each withdrawal, is a revision of the ledger. */
export class Attestations {
  readonly #options: AttestationOptions;

  constructor(options: AttestationOptions) {
    this.#options = options;
  }

  /** Newest first, also withdrawn ones. @throws VigiaError not_found */
  async list(scope: Scope, deviceId: string): Promise<Attestation[]> {
    const { book, store } = this.#options;
    await book.entry(scope, deviceId);
    return (await store.scoped(scope).attestations.ofDevice(deviceId)).map(attestationView);
  }

  /** @throws VigiaError not_found, validation_failed for a range that makes no sense, conflict where nothing is unknown */
  attest(scope: Scope, deviceId: string, input: AttestationInput, actor: Actor): Promise<Attestation> {
    const { book, store, act } = this.#options;
    return act(async (changes, now) => {
      const entry = await book.entry(scope, deviceId);
      const [from, to] = [Date.parse(input.from), Date.parse(input.to)];
      if (from >= to) throw new VigiaError('validation_failed', 'The field "from" must be before "to".');
      if (to > now)
        throw new VigiaError(
          'validation_failed',
          'The field "to" lies in the future: only what is past can be attested.',
        );
      const row: Row<'attestation'> = {
        id: randomUUID(),
        client_id: entry.record.info.client_id,
        device_id: deviceId,
        from_ms: from,
        to_ms: to,
        verdict: input.verdict,
        why: input.why,
        at: now,
        by_user: actor.name,
        withdrawn_at: null,
        withdrawn_by: null,
      };
      const before = await book.composed(entry, from, to, entry.attestations);
      if (!before.some(({ state }) => state === 'unknown')) {
        throw new VigiaError(
          'conflict',
          `Nothing between ${formatInstant(from)} and ${formatInstant(to)} is unknown. What evidence decides cannot be attested; withdraw a statement before you replace it.`,
        );
      }
      const attested = { id: row.id, from, to, verdict: row.verdict, why: row.why, at: now, by: row.by_user };
      const after = await book.composed(entry, from, to, [...entry.attestations, attested]);
      const { attestations } = store.scoped(scope);
      const why = `${actor.name} attests that it was ${row.verdict}: ${row.why}`;
      changes.add(
        attestations.insertStatement(row),
        this.#revision(entry, { from, to, now, actor, why, before, after }),
      );
      changes.afterwards(() => book.attested(row));
      return attestationView(row);
    });
  }

  /** The row stays. @throws VigiaError not_found, conflict if it is withdrawn already */
  withdraw(scope: Scope, id: string, actor: Actor): Promise<Attestation> {
    const { book, store, act } = this.#options;
    return act(async (changes, now) => {
      const { attestations } = store.scoped(scope);
      const row = await attestations.get(id);
      if (!row) throw new VigiaError('not_found', 'There is no such attestation.');
      if (row.withdrawn_at !== null)
        throw new VigiaError('conflict', `It was withdrawn by ${row.withdrawn_by} already.`);
      const entry = await book.entry(scope, row.device_id);
      const { from_ms: from, to_ms: to } = row;
      const without: Attested[] = entry.attestations.filter((standing) => standing.id !== id);
      const before = await book.composed(entry, from, to, entry.attestations);
      const after = await book.composed(entry, from, to, without);
      const why = `${actor.name} withdraws what ${row.by_user} attested: ${row.why}`;
      changes.add(
        attestations.withdrawStatement(id, now, actor.name),
        this.#revision(entry, { from, to, now, actor, why, before, after }),
      );
      changes.afterwards(() => book.withdrawn(row));
      return attestationView({ ...row, withdrawn_at: now, withdrawn_by: actor.name });
    });
  }

  #revision({ record: { info } }: BookEntry, { from, to, now, actor, why, before, after }: Revision) {
    const { ledgerRevisions } = this.#options.store.scoped({ clientId: info.client_id });
    return ledgerRevisions.insertStatement({
      client_id: info.client_id,
      subject_kind: 'device',
      subject_id: info.id,
      at: now,
      by_user: actor.name,
      why,
      from_ms: from,
      to_ms: to,
      before_json: JSON.stringify(before.map(toSaid)),
      after_json: JSON.stringify(after.map(toSaid)),
    });
  }
}

interface Revision {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly actor: Actor;
  readonly why: string;
  readonly before: readonly Stretch[];
  readonly after: readonly Stretch[];
}

const toSaid = ({ start, end, state, reason }: Stretch): Said => ({ from: start, to: end, state, reason });
