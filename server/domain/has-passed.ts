/**
 * Whether `forMs` have passed since `at`, both ms. An instant ahead of now was noted by a clock that has been set back since: how
 * long ago it was nobody knows, and who waited for it would be deaf until then, so it has.
 */
export function hasPassed(forMs: number, at: number, now: number): boolean {
  return now - at >= forMs || at > now;
}
