import type { Logger } from 'pino';
import type { Priority } from '../../../protocol/api/view.ts';
import type { Said } from '../../../protocol/said/said.ts';
import type { Verdict } from '../../domain/rules/detection.ts';
import type { RuleName } from '../../domain/rules/rule.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';
import type { ChangeSet } from '../incidents/change-set.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import { OwnClient } from './own-client.ts';

export interface ServerIncidentOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly logger: Logger;
  readonly rule: RuleName;
  readonly priority: Priority;
  /** How long it lasts before people are told, ms. */
  readonly tellAfterMs: number;
  /** Whether everybody was told in another way of what has lasted since then, ms: one message of one trouble is enough. */
  readonly isTold?: (since: number) => boolean;
  /** Said when it is over. */
  readonly over: Said;
}

/** What is wrong with the server itself, and since when. */
export interface OwnTrouble {
  readonly from: number;
  readonly why: Said;
}

/** The one incident of a rule about the server itself. */
export class ServerIncident {
  readonly #options: ServerIncidentOptions;
  readonly #client: OwnClient;
  #isOpen: boolean;
  /** To be opened as soon as there is a client for it, even if it is over by then. */
  #owed: OwnTrouble | null = null;

  constructor(options: ServerIncidentOptions) {
    this.#options = options;
    this.#client = new OwnClient(options);
    this.#isOpen = [...options.book.open()].some(({ rule }) => rule === options.rule);
  }

  /** Opens it while there is trouble, and ends it. */
  follow(changes: ChangeSet, now: number, trouble: OwnTrouble | null): void {
    const isWanted = trouble !== null;
    if (isWanted && !this.#isOpen) this.#owed = trouble;
    const owed = this.#owed;
    if (isWanted === this.#isOpen && !owed) return;
    const clientId = this.#client.id(now);
    if (clientId === null) return;
    const { book, rule, priority, tellAfterMs, over } = this.#options;
    const about = { rule, object: '', at: now } as const;
    const verdict: Verdict = owed
      ? {
          ...about,
          kind: 'raise',
          priority,
          said: owed.why,
          evidence: { metrics: [], threshold: null },
          onset: owed.from,
        }
      : { ...about, kind: 'clear', said: over };
    const tellAt = Math.max(now, (owed?.from ?? now) + tellAfterMs);
    const step = book.step(verdict, { clientId, siteId: null, deviceId: null }, tellAt);
    const isTold = owed !== null && (this.#options.isTold?.(owed.from) ?? false);
    if (step) changes.addIncident(null, isTold ? { ...step, notice: null } : step);
    const wasOpen = this.#isOpen;
    changes.otherwise(() => {
      this.#isOpen = wasOpen;
      this.#owed ??= owed;
    });
    this.#isOpen = owed !== null;
    this.#owed = null;
  }
}
