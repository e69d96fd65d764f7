import type { Logger } from 'pino';
import { saidOf } from '../../../protocol/said/refused.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { Health } from '../../platform/health/health.ts';
import { postJson } from '../../platform/outbound/post-json.ts';
import { headText, readTold, type ToldHead, writeTold } from '../../platform/store/audit/told.ts';
import type { StoreHandle } from '../../platform/store/store.ts';

export interface AuditHeadsOptions {
  readonly store: Pick<StoreHandle, 'audit' | 'settings'>;
  /** Whom each head is posted to, beside the log; null: the log alone. */
  readonly url: string | null;
  /** It may be on this machine or in a private network. */
  readonly allowPrivate: boolean;
  readonly now: () => number;
  readonly health: Pick<Health, 'set'>;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
}

const LOOK_EVERY_MS = 60_000;
const TELL_EVERY_MS = 3_600_000;
const TELL_AFTER_ROWS = 1_000;
const WITHIN_MS = 10_000;
/** One that is lost on the way is no news. */
const WORRY_AFTER = 3;

/**
 * Tells the newest row of the audit log to the server's log and to a receiver, every hour and every 1,000 rows. Where the database
 * and its key file do not reach, it proves later that nothing up to it was cut off or written anew.
 */
export class AuditHeads {
  readonly #options: AuditHeadsOptions;
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | null = null;
  #looking: Promise<void> | null = null;
  /** Undefined until it was read. */
  #told: ToldHead | null | undefined;
  #failures = 0;

  constructor(options: AuditHeadsOptions) {
    this.#options = options;
  }

  start(): void {
    const look = (): void => {
      this.#looking ??= this.look()
        .catch((cause: unknown) => this.#options.logger.warn({ err: cause }, 'the audit head could not be told'))
        .finally(() => {
          this.#looking = null;
        });
    };
    this.#timer = setInterval(look, LOOK_EVERY_MS);
    look();
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#looking;
  }

  /** Tells the head if it is due. Until the receiver has taken it, it stays due. @throws VigiaError if the database cannot be used */
  async look(): Promise<void> {
    const { store, now, logger } = this.#options;
    this.#told ??= await readTold(store.settings);
    const head = await store.audit.head();
    const at = now();
    if (head === null || !isDue(this.#told, head.id, at)) return;
    const text = headText(head);
    logger.info({ auditHead: text }, 'the newest row of the audit log');
    if (!(await this.#isTaken(text, at))) return;
    // Also where it cannot be noted: it was told.
    this.#told = { ...head, at };
    await writeTold(store.settings, this.#told);
  }

  async #isTaken(head: string, at: number): Promise<boolean> {
    const { url, health } = this.#options;
    if (url === null) return true;
    const failure = await this.#post(new URL(url), JSON.stringify({ kind: 'audit.head', at: iso(at), head }), head);
    if (this.#stopping.signal.aborted) return false;
    this.#failures = failure === null ? 0 : this.#failures + 1;
    const isWorrying = failure !== null && this.#failures >= WORRY_AFTER;
    health.set('audit head', isWorrying ? said('server.audit-head', { host: new URL(url).host, why: failure }) : null);
    return failure === null;
  }

  /** Why it was not taken, or null. */
  async #post(url: URL, body: string, head: string): Promise<Said | null> {
    const { allowPrivate } = this.#options;
    const signal = AbortSignal.any([AbortSignal.timeout(WITHIN_MS), this.#stopping.signal]);
    try {
      const headers = { 'idempotency-key': `audit.head/${head}` };
      const { status } = await postJson({ url, body, allowPrivate, signal, headers });
      return status >= 200 && status < 300 ? null : said('answered', { status });
    } catch (cause) {
      if (signal.aborted) return said('unanswered', { withinMs: WITHIN_MS });
      return saidOf(cause);
    }
  }
}

function isDue(told: ToldHead | null | undefined, newest: number, at: number): boolean {
  if (!told) return true;
  // A clock that was set back does not put it off.
  return newest - told.id >= TELL_AFTER_ROWS || Math.abs(at - told.at) >= TELL_EVERY_MS;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
