import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import { runHttp } from '../../../../protocol/check/http.ts';
import { type CheckOutcome, outcome, type ResolveHost } from '../../../../protocol/check/outcome.ts';
import { runTcp } from '../../../../protocol/check/tcp.ts';
import { VigiaError } from '../../../../protocol/error.ts';
import type { Follow } from '../../../core/incidents/act.ts';
import { resolveAllowed } from '../../../platform/outbound/address-guard.ts';
import type { CheckBook } from './check-book.ts';
import type { CheckDefinition } from './definition.ts';

export interface RunnerOptions {
  readonly checks: CheckBook;
  readonly watch: { readonly follow: Follow };
  readonly logger: Logger;
  /** Default: public addresses only. */
  readonly resolve?: ResolveHost;
}

/** So many run at once; the others wait for their turn. */
const MAX_RUNNING = 16;
const LOOK_EVERY_MS = 500;
/** A new check runs for the first time within this. */
const FIRST_WITHIN_MS = 5_000;

/** Only what is public, judged anew by each run and each redirect. */
export const resolvePublicHost: ResolveHost = async (host, signal) => {
  try {
    return await resolveAllowed(host, { allowPrivate: false, signal });
  } catch (error) {
    if (error instanceof VigiaError && error.code === 'address_refused') return 'not_permitted';
    if (error instanceof VigiaError && error.code === 'address_unknown') return 'name_unknown';
    throw error;
  }
};

/** Runs the server's own checks, each at its own phase and never twice at once. */
export class CheckRunner {
  readonly #options: RunnerOptions;
  /** On the monotonic clock, by check. */
  readonly #dueAtMs = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  get queue(): { readonly limit: number; readonly length: number } {
    return { limit: MAX_RUNNING, length: this.#running.size };
  }

  start(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  /** Resolves when the last run has ended, which its deadline makes it do. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#running.values());
  }

  #look(): void {
    const nowMs = performance.now();
    const present = this.#options.checks.ofServer();
    const ids = new Set(present.map(({ id }) => id));
    for (const id of this.#dueAtMs.keys()) if (!ids.has(id)) this.#dueAtMs.delete(id);
    const due = present
      .map((check) => ({ check, atMs: this.#dueOf(check, nowMs) }))
      .filter(({ check, atMs }) => atMs <= nowMs && !this.#running.has(check.id))
      .sort((a, b) => a.atMs - b.atMs);
    for (const { check, atMs } of due.slice(0, MAX_RUNNING - this.#running.size)) {
      const intervalMs = check.intervalSeconds * 1000;
      // Runs that were missed are skipped.
      const missed = Math.floor((nowMs - atMs) / intervalMs);
      this.#dueAtMs.set(check.id, atMs + (missed + 1) * intervalMs);
      this.#running.set(
        check.id,
        this.#run(check).finally(() => this.#running.delete(check.id)),
      );
    }
  }

  #dueOf({ id, intervalSeconds }: CheckDefinition, nowMs: number): number {
    const known = this.#dueAtMs.get(id);
    // A shorter interval counts from now on.
    if (known !== undefined && known <= nowMs + intervalSeconds * 1000) return known;
    const share = createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32;
    const dueAtMs = nowMs + share * FIRST_WITHIN_MS;
    this.#dueAtMs.set(id, dueAtMs);
    return dueAtMs;
  }

  async #run(check: CheckDefinition): Promise<void> {
    const { checks, watch, logger } = this.#options;
    try {
      const found = await this.#outcomeOf(check);
      await watch.follow((changes, at) => checks.takeOutcome(check.id, found, at, changes));
    } catch (cause) {
      logger.error({ err: cause, check: check.id }, 'the result of a check could not be recorded');
    }
  }

  async #outcomeOf({ target, timeoutSeconds }: CheckDefinition): Promise<CheckOutcome> {
    const network = { timeoutMs: timeoutSeconds * 1000, resolve: this.#options.resolve ?? resolvePublicHost };
    if (target.kind === 'tcp') return runTcp(target, network);
    if (target.kind === 'http') return runHttp(target, network);
    return outcome(null, 'not_permitted', performance.now());
  }
}
