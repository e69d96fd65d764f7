const FIRST_MS = 500;
const CAP_MS = 15_000;

/** How long to wait before try number `attempt` (from 0): full jitter under a ceiling that doubles up to 15 s. */
export function backoffMs(attempt: number, random: () => number = Math.random): number {
  return Math.round(random() * Math.min(CAP_MS, FIRST_MS * 2 ** attempt));
}
