import rateLimit from '@fastify/rate-limit';
import type { FastifyRequest } from 'fastify';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import { addressGroup } from '../fairness/address-group.ts';
import type { Http, RateLimits } from './http.ts';

/** How many addresses are remembered; older ones are forgotten first. */
const MAX_ADDRESSES = 10_000;
const MINUTE_MS = 60_000;

/** Requests by address. The library's own store goes by the time of day: set back, it counts on for as long as that was. */
class Counts {
  readonly #windows = new Map<string, { count: number; readonly fromMs: number }>();

  incr(
    name: string,
    done: (error: Error | null, found: { current: number; ttl: number }) => void,
    lengthMs: number,
  ): void {
    const nowMs = performance.now();
    const known = this.#windows.get(name);
    const isOver = known === undefined || nowMs - known.fromMs >= lengthMs;
    const window = isOver ? { count: 1, fromMs: nowMs } : { ...known, count: known.count + 1 };
    this.#windows.delete(name);
    this.#windows.set(name, window);
    if (this.#windows.size > MAX_ADDRESSES) this.#windows.delete(this.#windows.keys().next().value ?? name);
    done(null, { current: window.count, ttl: lengthMs - (nowMs - window.fromMs) });
  }

  /** Of one route. */
  child(): Counts {
    return new Counts();
  }
}

/** Counts requests by address. Routes with a lower limit of their own name it in their `config.rateLimit`. */
export async function addRateLimit(http: Http, limits: RateLimits): Promise<void> {
  await http.register(rateLimit, {
    max: limits.general,
    timeWindow: MINUTE_MS,
    store: Counts,
    keyGenerator: ({ ip }) => addressGroup(ip),
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    errorResponseBuilder: (_request, { ttl }) =>
      refused('rate_limited', said('refused.attempts', { seconds: Math.ceil(ttl / 1000) }), { retryAfterMs: ttl }),
  });
}

export function perMinute(max: number): { rateLimit: { max: number; timeWindow: number } } {
  return { rateLimit: { max, timeWindow: MINUTE_MS } };
}

/** The same, but counted by what `nameOf` reads in the request and its body. */
export function perMinuteOf(max: number, nameOf: (request: FastifyRequest) => string) {
  return { rateLimit: { max, timeWindow: MINUTE_MS, hook: 'preHandler', keyGenerator: nameOf } } as const;
}
