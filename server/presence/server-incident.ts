import type { Logger } from 'pino';
import type { Verdict } from '../domain/detection.ts';
import { everyClient } from '../domain/scope.ts';
import type { PresenceSettings } from '../domain/settings.ts';
import type { ChangeSet } from '../fleet/change-set.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { IncidentBook } from '../incidents/incident-book.ts';
import type { Store } from '../store/store.ts';
import type { Blind } from './own-sight.ts';

/** Whom incidents of the server itself belong to: made when the first one opens. */
export const OWN_CLIENT = 'Vigia';
const RETRY_MS = 10_000;

export interface ServerIncidentOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly book: IncidentBook;
  readonly settings: PresenceSettings;
  readonly logger: Logger;
}

/** The one incident about the server itself. */
export class ServerIncident {
  readonly #options: ServerIncidentOptions;
  #triedAt = Number.NEGATIVE_INFINITY;
  #isOpen: boolean;
  /** To be opened as soon as there is a client for it, even if it is over by then. */
  #owed: Blind | null = null;

  constructor(options: ServerIncidentOptions) {
    this.#options = options;
    this.#isOpen = [...options.book.open()].some(({ rule }) => rule === 'server.blind');
  }

  /** Opens it while the server is blind, and ends it. */
  follow(changes: ChangeSet, now: number, blind: Blind | null): void {
    const isWanted = blind?.isIncident ?? false;
    if (isWanted && !this.#isOpen) this.#owed = blind;
    const owed = this.#owed;
    if (isWanted === this.#isOpen && !owed) return;
    const clientId = this.#ownClient(now);
    if (clientId === null) return;
    const { book, settings } = this.#options;
    const said = { rule: 'server.blind', object: '', at: now } as const;
    const verdict: Verdict = owed
      ? {
          ...said,
          kind: 'raise',
          priority: 'high',
          sentence: owed.why,
          evidence: { metrics: [], threshold: null },
          onset: owed.from,
        }
      : { ...said, kind: 'clear', sentence: 'The server sees again' };
    const tellAt = Math.max(now, (owed?.from ?? now) + settings.tellAfterMs);
    const step = book.step(verdict, { clientId, siteId: null, deviceId: null }, tellAt);
    if (step) changes.addIncident(null, step);
    const wasOpen = this.#isOpen;
    changes.otherwise(() => {
      this.#isOpen = wasOpen;
      this.#owed ??= owed;
    });
    this.#isOpen = owed !== null;
    this.#owed = null;
  }

  /** Null while it is being made. */
  #ownClient(now: number): string | null {
    const { fleet } = this.#options;
    for (const { id, name } of fleet.clients.values()) if (name === OWN_CLIENT) return id;
    if (now - this.#triedAt >= RETRY_MS) {
      this.#triedAt = now;
      void this.#make();
    }
    return null;
  }

  async #make(): Promise<void> {
    const { store, fleet, logger } = this.#options;
    try {
      await store.scoped(everyClient).clients.ensure(OWN_CLIENT);
      await fleet.loadCatalogue();
    } catch (cause) {
      logger.error({ err: cause }, 'the client of the server itself could not be made; retrying');
    }
  }
}
