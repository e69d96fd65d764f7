import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing to be seen yet: asks {@link until} to look again. */
type NotYet = undefined | null | false;

/** How long anything may take that a test waits for, on a machine with far more to do. A wait that succeeds never takes it. */
export const PATIENCE_MS = 120_000;

export interface Patience {
  readonly deadlineMs?: number;
  readonly everyMs?: number;
}

/**
 * Looks again and again until `probe` answers with something, and returns that.
 * @throws Error that names what was waited for in vain, after `deadlineMs` ({@link PATIENCE_MS} unless told)
 */
export async function until<T>(
  what: string,
  probe: () => T | NotYet | Promise<T | NotYet>,
  { deadlineMs = PATIENCE_MS, everyMs = 50 }: Patience = {},
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    const seen = await probe();
    if (seen !== undefined && seen !== null && seen !== false) return seen;
    if (performance.now() - startedAt > deadlineMs) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`);
    await sleep(everyMs);
  }
}
