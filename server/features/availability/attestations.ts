import { randomUUID } from 'node:crypto';
import type { Attestation, AttestationInput } from '../../../protocol/api/availability.ts';
import type { VigiaError } from '../../../protocol/error.ts';
import { noSuch, refused } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { ChangeSet } from '../../core/incidents/change-set.ts';
import type { Actor } from '../../domain/actor.ts';
import { ofClients, type Scope } from '../../domain/scope.ts';
import type { Attested } from '../../domain/sla/compose.ts';
import type { Stretch } from '../../domain/sla/sources.ts';
import type { Store } from '../../platform/store/store.ts';
import type { Row } from '../../platform/store/tables.ts';
import { type BookEntry, type LedgerBook, toAttested } from './ledger-book.ts';
import { attestationView, type RevisedStretch } from './views.ts';

const MIN_EVIDENCE = 3;
/** What one statement about several devices reaches beyond its range, where a stretch of a device does. */
const OWN_SPAN_MS = 15 * 60_000;

export interface AttestationOptions {
  readonly store: Store;
  readonly book: LedgerBook;
  readonly act: Act;
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

  /**
   * @throws VigiaError not_found, validation_failed for what makes no sense, conflict where nothing is unknown and, if somebody
   * is said to be responsible, nothing is down
   */
  attest(scope: Scope, deviceId: string, input: AttestationInput, actor: Actor): Promise<Attestation> {
    const { book, act } = this.#options;
    return act(actor, 'attestation.create', scope, async (changes, now) => {
      const [made] = await this.#say(changes, scope, [await book.entry(scope, deviceId)], { input, actor, now });
      if (!made) throw nothingToSay(input);
      const { from, to, verdict, why } = made;
      changes.record(made.id, { device: deviceId, from, to, verdict, why });
      return made;
    });
  }

  /**
   * One statement for several devices of a site, such as of a power cut: about those of them that have something to attest, each for its own
   * stretches, which begin and end a little earlier or later than the one that was pointed at. @throws as {@link attest}
   */
  attestAll(
    scope: Scope,
    siteId: string,
    entries: readonly BookEntry[],
    input: AttestationInput,
    actor: Actor,
  ): Promise<Attestation[]> {
    return this.#options.act(actor, 'attestation.create', scope, async (changes, now) => {
      const made = await this.#say(changes, scope, entries, { input, actor, now, isOfMany: true });
      if (made.length === 0) throw nothingToSay(input);
      changes.record(siteId, { ...input, devices: made.map((one) => one.deviceId) });
      return made;
    });
  }

  async #say(changes: ChangeSet, scope: Scope, entries: readonly BookEntry[], saying: Saying): Promise<Attestation[]> {
    const { book, store } = this.#options;
    const { input, actor, now, isOfMany = false } = saying;
    const { responsibility = null, evidence = '' } = input;
    const asked = { from: Date.parse(input.from), to: Date.parse(input.to) };
    requireSense(input, { ...asked, now });
    const made: Attestation[] = [];
    const isOpen = ({ state, responsibility: known = null }: Stretch): boolean =>
      state === 'unknown' || (responsibility !== null && (state === 'down' || known !== null));
    for (const entry of entries) {
      const { from, to } = isOfMany ? await this.#ownSpan(entry, asked, isOpen, now) : asked;
      const before = await book.composed(entry, from, to, entry.attestations);
      if (!before.some(isOpen)) continue;
      const row: Row<'attestation'> = {
        id: randomUUID(),
        client_id: entry.record.info.client_id,
        device_id: entry.record.info.id,
        from_ms: from,
        to_ms: to,
        verdict: input.verdict,
        why: input.why,
        responsibility,
        evidence: evidence.trim(),
        at: now,
        by_user: actor.name,
        withdrawn_at: null,
        withdrawn_by: null,
      };
      const after = await book.composed(entry, from, to, [...entry.attestations, toAttested(row)]);
      const why = said('revision.attested', {
        by: actor.name,
        verdict: row.verdict,
        responsibility: responsibility ?? 'none',
        why: row.why,
      });
      changes.add(
        store.scoped(scope).attestations.insertStatement(row),
        this.#revision(entry, { from, to, now, actor, why, before, after }),
      );
      changes.afterwards(() => book.attested(row));
      made.push(attestationView(row));
    }
    return made;
  }

  /** The range, as far as the device's own stretches at its ends reach beyond it: each machine falls and rises at its own time. */
  async #ownSpan(
    entry: BookEntry,
    { from, to }: Span,
    isOpen: (stretch: Stretch) => boolean,
    now: number,
  ): Promise<Span> {
    const until = Math.min(now, to + OWN_SPAN_MS);
    const around = await this.#options.book.composed(entry, from - OWN_SPAN_MS, until, entry.attestations);
    const open = around.filter((stretch) => isOpen(stretch) && stretch.start < to && stretch.end > from);
    return {
      from: Math.min(from, ...open.map(({ start }) => start).filter((start) => start > from - OWN_SPAN_MS)),
      to: Math.max(to, ...open.map(({ end }) => end).filter((end) => end < until || until === now)),
    };
  }

  /** The row stays. @throws VigiaError not_found, conflict if it is withdrawn already */
  withdraw(scope: Scope, id: string, actor: Actor): Promise<Attestation> {
    const { book, store, act } = this.#options;
    return act(actor, 'attestation.withdraw', scope, async (changes, now) => {
      changes.record(id);
      const { attestations } = store.scoped(scope);
      const row = await attestations.get(id);
      if (!row) throw noSuch('attestation');
      if (row.withdrawn_at !== null) throw refused('conflict', said('refused.withdrawn', { by: row.withdrawn_by }));
      const entry = await book.entry(scope, row.device_id);
      const { from_ms: from, to_ms: to } = row;
      const without: Attested[] = entry.attestations.filter((standing) => standing.id !== id);
      const before = await book.composed(entry, from, to, entry.attestations);
      const after = await book.composed(entry, from, to, without);
      const why = said('revision.withdrawn', { by: actor.name, of: row.by_user, why: row.why });
      changes.add(
        attestations.withdrawStatement(id, now, actor.name),
        this.#revision(entry, { from, to, now, actor, why, before, after }),
      );
      changes.afterwards(() => book.withdrawn(row));
      return attestationView({ ...row, withdrawn_at: now, withdrawn_by: actor.name });
    });
  }

  #revision({ record: { info } }: BookEntry, { from, to, now, actor, why, before, after }: Revision) {
    const { ledgerRevisions } = this.#options.store.scoped(ofClients(info.client_id));
    return ledgerRevisions.insertStatement({
      client_id: info.client_id,
      subject_kind: 'device',
      subject_id: info.id,
      at: now,
      by_user: actor.name,
      said_json: JSON.stringify(why),
      from_ms: from,
      to_ms: to,
      before_json: JSON.stringify(before.map(toRevised)),
      after_json: JSON.stringify(after.map(toRevised)),
    });
  }
}

interface Saying {
  readonly input: AttestationInput;
  readonly actor: Actor;
  readonly now: number;
  /** Each of several devices has stretches of its own. */
  readonly isOfMany?: boolean;
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function requireSense(
  { verdict, responsibility = null, evidence = '' }: AttestationInput,
  { from, to, now }: { readonly from: number; readonly to: number; readonly now: number },
): void {
  const wrong = (fact: Said): VigiaError => refused('validation_failed', fact);
  if (from >= to) throw wrong(said('refused.attested.order'));
  if (to > now) throw wrong(said('refused.attested.future'));
  if (responsibility === null) return;
  if (verdict === 'up') throw wrong(said('refused.attested.nobody'));
  if (evidence.trim().length < MIN_EVIDENCE) {
    throw wrong(said('refused.attested.evidence'));
  }
}

function nothingToSay({ from, to, responsibility = null }: AttestationInput): VigiaError {
  const span = { from: Date.parse(from), to: Date.parse(to) };
  return refused('conflict', said('refused.nothing-open', { ...span, isBlamed: responsibility !== null }));
}

interface Revision {
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly actor: Actor;
  readonly why: Said;
  readonly before: readonly Stretch[];
  readonly after: readonly Stretch[];
}

const toRevised = ({ start, end, state, reason }: Stretch): RevisedStretch => ({ from: start, to: end, state, reason });
