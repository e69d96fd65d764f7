import type { CompiledQuery } from 'kysely';
import type { Store } from '../store/store.ts';

/**
 * When keys and sessions were last used. It is kept in memory and written behind, once a minute at most: whoever reads waits for
 * no write, and is not refused where none is possible.
 */
export interface LastUse {
  note(id: string, atMs: number): void;
  /** What is not written yet, in ms; null if there is nothing newer than in the database. */
  of(id: string): number | null;
  /** Writes what was noted. What cannot be written is kept for the next time. */
  flush(): Promise<void>;
  /** The same, and no more afterwards. */
  close(): Promise<void>;
}

/** For who does not write it, such as a tool that makes a folder of data: it is forgotten at the end. */
export function inMemoryUse(): LastUse {
  const noted = new Map<string, number>();
  return {
    note: (id, atMs) => void noted.set(id, Math.max(atMs, noted.get(id) ?? 0)),
    of: (id) => noted.get(id) ?? null,
    flush: async () => {},
    close: async () => {},
  };
}

export interface LastUseOptions {
  readonly store: Pick<Store, 'commit'>;
  /** The statement that writes one of them. */
  readonly statement: (id: string, atMs: number) => CompiledQuery;
  readonly logger: { warn(fields: object, message: string): void };
}

const WRITE_EVERY_MS = 60_000;

export function createLastUse({ store, statement, logger }: LastUseOptions): LastUse {
  // Whoever is noted exists, so there are no more of them than keys and sessions.
  const noted = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;
  let isFailing = false;

  async function flush(): Promise<void> {
    const uses = [...noted];
    if (uses.length === 0) return;
    try {
      await store.commit(uses.map(([id, atMs]) => statement(id, atMs)));
      // What was used again meanwhile is not written yet.
      for (const [id, atMs] of uses) if (noted.get(id) === atMs) noted.delete(id);
      isFailing = false;
    } catch (cause) {
      if (!isFailing)
        logger.warn({ err: cause }, 'when keys and sessions were last used cannot be written; it is kept in memory');
      isFailing = true;
    }
  }

  function arm(): void {
    if (timer !== null || isClosed) return;
    timer = setTimeout(() => {
      timer = null;
      void flush().then(() => {
        if (noted.size > 0) arm();
      });
    }, WRITE_EVERY_MS);
    timer.unref();
  }

  return {
    note(id, atMs) {
      noted.set(id, Math.max(atMs, noted.get(id) ?? 0));
      arm();
    },
    of: (id) => noted.get(id) ?? null,
    flush,
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      await flush();
    },
  };
}
