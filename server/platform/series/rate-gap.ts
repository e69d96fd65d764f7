/** A counter's rate is not drawn across a silence longer than this: nobody knows when in it the growth happened. */
export const MAX_RATE_GAP_MS = 15 * 60_000;
