/** How far a clock was set back, and what it had stamped wrong. */
export interface SetBack {
  /** Below 0; 0 if it is not known. */
  readonly sizeMs: number;
  /** What is stamped with this instant or a later one was stamped by the wrong clock; infinite if that is not known. */
  readonly since: number;
}

/** An instant that our clock stamped, after that was set back to `now`: earlier by as much if it was wrong, and never ahead. ms. */
export function movedBack(at: number, now: number, { sizeMs, since }: SetBack): number {
  return at > now || at >= since ? Math.min(now, at + Math.min(0, sizeMs)) : at;
}
