import type { Watch } from './watch.ts';

const TICK_MS = 1_000;
/** A site that goes dark falls due machine by machine; each judgement looks at the whole fleet. */
const MIN_BETWEEN_MS = 100;

/**
 * Lets the watch judge once a second, and besides at the very moment at which a silent device falls due.
 * @returns what ends it
 */
export function startTicking(
  watch: Pick<Watch, 'tick' | 'judgeDue' | 'dueInMs'>,
  onError: (cause: unknown) => void,
): () => void {
  let due: NodeJS.Timeout | undefined;
  let isOver = false;
  const run = (work: () => Promise<void>): void => {
    work().then(plan, onError);
  };
  const plan = (): void => {
    clearTimeout(due);
    const inMs = watch.dueInMs;
    if (isOver || inMs >= TICK_MS) return;
    // Timers may be a fraction of a millisecond early.
    due = setTimeout(() => run(() => watch.judgeDue()), Math.max(MIN_BETWEEN_MS, Math.ceil(inMs) + 1));
  };
  const ticking = setInterval(() => run(() => watch.tick()), TICK_MS);
  return () => {
    isOver = true;
    clearInterval(ticking);
    clearTimeout(due);
  };
}
