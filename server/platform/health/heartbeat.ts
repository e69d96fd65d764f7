import type { Logger } from 'pino';
import { plain } from '../../../protocol/said/plain.ts';
import { type Said, said } from '../../../protocol/said/said.ts';
import type { Health } from './health.ts';

export interface HeartbeatOptions {
  /** Asked with GET while the server works. It may hold a secret: only its host is ever said. */
  readonly url: string;
  /** What keeps the server from its work; nothing goes out while there is anything. */
  readonly trouble: () => readonly Said[];
  readonly health: Pick<Health, 'set'>;
  readonly logger: Pick<Logger, 'warn' | 'info'>;
  readonly everyMs?: number;
}

const EVERY_MS = 30_000;
const WITHIN_MS = 10_000;
/** One that is lost on the way is no news. */
const WORRY_AFTER = 3;

/**
 * The dead man's switch: whoever waits for these requests is to raise the alarm when they stop, because a server that cannot work
 * may not be able to say so.
 */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  readonly #host: string;
  #timer: NodeJS.Timeout | null = null;
  #beating: Promise<void> | null = null;
  #failures = 0;
  #isHeld = false;
  readonly #stopping = new AbortController();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
    this.#host = new URL(options.url).host;
  }

  start(): void {
    const beat = (): void => {
      this.#beating ??= this.#beat().finally(() => {
        this.#beating = null;
      });
    };
    this.#timer = setInterval(beat, this.#options.everyMs ?? EVERY_MS);
    beat();
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#beating;
  }

  async #beat(): Promise<void> {
    const { trouble, logger } = this.#options;
    const found = trouble();
    if (found.length > 0 !== this.#isHeld) {
      this.#isHeld = found.length > 0;
      if (this.#isHeld)
        logger.warn(
          { trouble: found.map((one) => plain(one, 0)) },
          'the heartbeat is held back: the server cannot do its work',
        );
      else logger.info('the heartbeat goes on');
    }
    if (this.#isHeld) return;
    const failure = await this.#send();
    if (this.#stopping.signal.aborted) return;
    this.#failures = failure === null ? 0 : this.#failures + 1;
    const isWorrying = this.#failures >= WORRY_AFTER;
    this.#options.health.set(
      'heartbeat',
      isWorrying && failure !== null ? said('server.heartbeat', { host: this.#host, why: failure }) : null,
    );
  }

  /** Why it did not arrive, or null. */
  async #send(): Promise<Said | null> {
    const signal = AbortSignal.any([AbortSignal.timeout(WITHIN_MS), this.#stopping.signal]);
    try {
      const answer = await fetch(this.#options.url, { signal, headers: { 'user-agent': 'Vigia' } });
      await answer.body?.cancel();
      return answer.ok ? null : said('answered', { status: answer.status });
    } catch (cause) {
      if (signal.aborted) return said('unanswered', { withinMs: WITHIN_MS });
      const { code } = ((cause as Error).cause ?? {}) as { code?: string };
      return said('unreachable', { code: code ?? null });
    }
  }
}
