import { said } from '../../protocol/said/said.ts';
import { applyVerdict } from '../core/incidents/apply-verdict.ts';
import type { ChangeSet } from '../core/incidents/change-set.ts';
import type { IncidentBook } from '../core/incidents/incident-book.ts';
import type { Twins } from '../core/twins/twins.ts';
import type { Clone } from '../domain/clone.ts';
import { note } from '../fleet/device-notes.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { Fleet } from '../fleet/fleet.ts';

/** Without another try for this long, a copied identity is no longer in use. */
const QUIET_MS = 60 * 60_000;

export interface ClonedBy {
  readonly address: string;
  readonly which: Clone;
  readonly at: number;
}

/** Devices whose identity another machine used lately: one incident each, however often it tries. */
export class ClonedIdentities {
  readonly #fleet: Fleet;
  readonly #book: IncidentBook;
  readonly #twins: Twins | null;
  readonly #records = new Set<DeviceRecord>();

  constructor(fleet: Fleet, book: IncidentBook, twins?: Twins) {
    this.#fleet = fleet;
    this.#book = book;
    this.#twins = twins ?? null;
  }

  /** Takes up the incidents that stood when the server stopped. */
  restore(now: number): void {
    for (const { rule, deviceId } of this.#book.open()) {
      const record = rule === 'identity.cloned' ? this.#fleet.devices.get(deviceId ?? '') : undefined;
      if (record) this.note(record, now);
    }
  }

  /** Another machine tried. Returns true if that is news. */
  note(record: DeviceRecord, at: number): boolean {
    const isNews = record.clonedAt === null;
    note(record, 'clonedAt', at);
    this.#records.add(record);
    return isNews;
  }

  raise(record: DeviceRecord, { address, which, at }: ClonedBy, changes: ChangeSet): void {
    const about = { device: record.info.name, address };
    const headline = which === 'machine' ? said('identity.another', about) : said('identity.twin', about);
    const evidence = { metrics: [], threshold: null };
    const verdict = { rule: 'identity.cloned', object: '', priority: 'high', evidence, onset: at, at } as const;
    applyVerdict(this.#book, record, { kind: 'raise', said: headline, ...verdict }, changes);
    const saving = this.#twins?.saving(record.info.id);
    if (!saving) return;
    changes.add(...saving.statements);
    changes.afterwards(saving.written);
  }

  /** Its incident is open. */
  isTold(record: DeviceRecord): boolean {
    return [...this.#book.openOf(record.info.id)].some(({ rule }) => rule === 'identity.cloned');
  }

  /** Ends those of whom nothing was seen any more. */
  judge(changes: ChangeSet, now: number): void {
    for (const record of this.#records) {
      if (record.clonedAt !== null && now - record.clonedAt < QUIET_MS) continue;
      // Of machines that are equal only a person can say which is which.
      if (this.#twins?.isUndecided(record.info.id)) continue;
      note(record, 'clonedAt', null);
      this.#records.delete(record);
      if (!this.#fleet.devices.has(record.info.id)) continue;
      applyVerdict(
        this.#book,
        record,
        { kind: 'clear', rule: 'identity.cloned', object: '', said: said('identity.calm'), at: now },
        changes,
      );
    }
  }
}
