import { plain } from '../../../protocol/said/plain.ts';
import { readSaid } from '../../../protocol/said/read.ts';
import { saidOf } from '../../../protocol/said/refused.ts';
import type { Said } from '../../../protocol/said/said.ts';
import type { Message } from './message.ts';

/**
 * A medium with a receiver's address and secrets in it; it keeps nothing between messages. test/server/platform/notify/conformance.ts
 * holds every channel to this contract.
 */
export interface Channel {
  readonly name: string;
  /**
   * Delivers one message, at least once in all, and returns what the receiver answered: one short line. `idempotencyKey` of the
   * message lets the receiver drop repeats, where the medium has a place for it.
   * @throws DeliveryError with a sentence that never holds a secret, to be retried; the signal's reason when it is aborted
   */
  deliver(message: Message, signal: AbortSignal): Promise<string>;
}

/** Why a message did not arrive, for whoever keeps the receiver. */
export class DeliveryError extends Error {
  /** The receiver asked to be left alone for this long. */
  readonly retryAfterMs: number | null;
  readonly said: Said;
  constructor(what: Said, retryAfterMs: number | null = null) {
    super(plain(what, 0));
    this.name = 'DeliveryError';
    this.said = what;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What channels may reach, and when now is. */
export interface Outside {
  /** Also receivers on this machine and in private networks. */
  readonly allowPrivate: boolean;
  /** How the server names itself to servers of mail; null if it knows no name that they would take. */
  readonly mailName: string | null;
  readonly now: () => number;
}

const MAX_ANSWER_LENGTH = 300;

/**
 * The channel with what it says made fit for screens and logs: one short line without control characters and secrets, and an
 * end when the signal says so even if the medium does not listen to it.
 */
export function guarded(channel: Channel, secrets: readonly (string | null | undefined)[]): Channel {
  const hidden = secrets.flatMap((secret) => (secret ? [secret, encodeURIComponent(secret), base64(secret)] : []));
  const tidy = (text: string): string => {
    const readable = hidden.reduce((rest, secret) => rest.replaceAll(secret, '***'), text);
    const line = readable.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
    return line.length > MAX_ANSWER_LENGTH ? `${line.slice(0, MAX_ANSWER_LENGTH - 1)}…` : line;
  };
  // Whatever text is in it may be what the receiver said.
  const tidied = (what: Said): Said =>
    readSaid(JSON.parse(JSON.stringify(what), (_, value) => (typeof value === 'string' ? tidy(value) : value)));
  return {
    name: channel.name,
    async deliver(message, signal) {
      signal.throwIfAborted();
      const aborted = Promise.withResolvers<never>();
      const onAbort = (): void => aborted.reject(signal.reason);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        return tidy(await Promise.race([channel.deliver(message, signal), aborted.promise]));
      } catch (cause) {
        if (signal.aborted) throw signal.reason;
        const retryAfterMs = cause instanceof DeliveryError ? cause.retryAfterMs : null;
        throw new DeliveryError(tidied(saidOf(cause)), retryAfterMs);
      } finally {
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
