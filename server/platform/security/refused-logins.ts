import type { AuditEntry } from '../store/audit/log.ts';

/** One login that was refused. */
export interface RefusedLogin {
  /** Null when there is no such account: what was typed may be a password in the wrong field. */
  readonly userId: string | null;
  readonly address: string;
  /** It was not even looked at, because others before it had failed. */
  readonly isHeld: boolean;
}

/** Keeps refused logins in the audit log, in one row a minute however many there are. */
export interface RefusedLogins {
  note(refused: RefusedLogin): void;
  /** Writes what was noted since the last row. Nothing is lost if it cannot be written: the next row has it. */
  flush(): Promise<void>;
  /** The same, and no more rows after it. */
  close(): Promise<void>;
}

export interface RefusedLoginsOptions {
  readonly append: (entry: AuditEntry) => Promise<void>;
  readonly clock: () => number;
  readonly logger: { warn(fields: object, message: string): void };
}

const ROW_EVERY_MS = 60_000;
/** Of accounts and of addresses; the rest is counted together. */
const MAX_NAMED = 10;
const MAX_TRACKED = 1_000;

interface Noted {
  count: number;
  held: number;
  readonly fromMs: number;
  readonly accounts: Map<string, number>;
  readonly addresses: Map<string, number>;
}

export function createRefusedLogins({ append, clock, logger }: RefusedLoginsOptions): RefusedLogins {
  let noted: Noted | null = null;
  let timer: NodeJS.Timeout | null = null;
  let isClosed = false;
  let writing: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    const row = noted;
    if (row === null) return;
    noted = null;
    try {
      await append(entryOf(row, clock()));
    } catch (cause) {
      noted = merge(row, noted);
      logger.warn(
        { err: cause },
        'refused logins could not be written to the audit log; they are kept for the next row',
      );
    }
  }

  function flush(): Promise<void> {
    writing = writing.then(write);
    return writing;
  }

  /** The first one is written at once, and those after it once a minute. */
  function arm(): void {
    if (timer !== null || isClosed) return;
    void flush();
    timer = setTimeout(() => {
      timer = null;
      if (noted !== null) arm();
    }, ROW_EVERY_MS);
    timer.unref();
  }

  return {
    note({ userId, address, isHeld }) {
      noted ??= { count: 0, held: 0, fromMs: clock(), accounts: new Map(), addresses: new Map() };
      noted.count += 1;
      if (isHeld) noted.held += 1;
      // Who was meant by one that was held is not looked up.
      if (!isHeld) count(noted.accounts, userId ?? 'unknown');
      count(noted.addresses, address);
      arm();
    },
    flush,
    async close() {
      isClosed = true;
      if (timer !== null) clearTimeout(timer);
      await flush();
    },
  };
}

function count(counts: Map<string, number>, name: string, by = 1): void {
  const known = counts.get(name);
  if (known === undefined && counts.size >= MAX_TRACKED) return;
  counts.set(name, (known ?? 0) + by);
}

function merge(earlier: Noted, later: Noted | null): Noted {
  if (later === null) return earlier;
  for (const [name, times] of later.accounts) count(earlier.accounts, name, times);
  for (const [name, times] of later.addresses) count(earlier.addresses, name, times);
  earlier.count += later.count;
  earlier.held += later.held;
  return earlier;
}

function entryOf({ count, held, fromMs, accounts, addresses }: Noted, toMs: number): AuditEntry {
  const [only = 'unknown', second] = accounts.keys();
  return {
    actor: 'server',
    action: 'session.refused',
    subject: second === undefined ? only : 'several',
    detail: {
      count,
      held,
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      accounts: mostOf(accounts),
      addresses: mostOf(addresses),
    },
  };
}

function mostOf(counts: ReadonlyMap<string, number>): { name: string; count: number }[] {
  return [...counts]
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, MAX_NAMED)
    .map(([name, times]) => ({ name, count: times }));
}
