import { computed, type ReadonlySignal, signal } from '@preact/signals';

const browserNowMs = signal(Date.now());

/** Server clock minus the browser's, set with every overview. */
export const serverOffsetMs = signal(0);

/** The server's time in ms since 1970, ticking once a second. */
export const nowMs: ReadonlySignal<number> = computed(() => browserNowMs.value + serverOffsetMs.value);

/** The same, once a minute: for what is expensive to draw again. */
export const nowMinuteMs: ReadonlySignal<number> = computed(() => Math.floor(nowMs.value / 60_000) * 60_000);

/** The end of the present minute: what happened seconds ago lies before it, and nothing is drawn again meanwhile. */
export const minuteEndMs: ReadonlySignal<number> = computed(() => nowMinuteMs.value + 60_000);

/** Starts the ticking; the answer stops it. */
export function startClock(): () => void {
  const timer = setInterval(() => {
    browserNowMs.value = Date.now();
  }, 1000);
  return () => clearInterval(timer);
}
