import type { Logger } from 'pino';
import { hasPassed } from '../../domain/has-passed.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { Store } from '../../platform/store/store.ts';

/** Whom incidents of the server itself belong to: made when the first one opens. */
export const OWN_CLIENT = 'Vigia';
const RETRY_MS = 10_000;

export interface OwnClientOptions {
  readonly store: Store;
  readonly fleet: Fleet;
  readonly logger: Logger;
}

/** The client that the server's own incidents belong to. */
export class OwnClient {
  readonly #options: OwnClientOptions;
  #triedAt = Number.NEGATIVE_INFINITY;

  constructor(options: OwnClientOptions) {
    this.#options = options;
  }

  /** Its id; null while it is being made. */
  id(now: number): string | null {
    for (const { id, name } of this.#options.fleet.clients.values()) if (name === OWN_CLIENT) return id;
    if (hasPassed(RETRY_MS, this.#triedAt, now)) {
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
