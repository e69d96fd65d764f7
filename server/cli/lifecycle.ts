import type { Logger } from 'pino';

const STOP_DEADLINE_MS = 10_000;
/** One Ctrl-C can reach us twice: from the terminal and through npm. */
const SAME_SIGNAL_MS = 500;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The first signal to stop. From this call on signals are taken, so that one that comes while something starts is not the end of
 * it without a word. A second one, half a second later or more, ends the process at once.
 */
export function signalToStop(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  let firstAt: number | null = null;
  for (const name of signals) {
    process.on(name, () => {
      if (firstAt === null) {
        firstAt = performance.now();
        resolve(name);
      } else if (performance.now() - firstAt > SAME_SIGNAL_MS) process.exit(130);
    });
  }
  return promise;
}

/**
 * Waits for the signal, then stops within a deadline.
 * @param stop must be safe to abandon: what is committed stays committed
 */
export async function stopAt(
  signalled: Promise<NodeJS.Signals>,
  stop: () => Promise<void>,
  logger: Logger,
): Promise<void> {
  const signal = await signalled;
  logger.info({ signal }, 'stopping');
  const deadline = setTimeout(() => {
    logger.fatal('The server did not stop in time and is ended. What was acknowledged is safe.');
    process.exit(1);
  }, STOP_DEADLINE_MS);
  await stop();
  clearTimeout(deadline);
}
