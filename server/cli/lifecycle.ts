import { once } from 'node:events';
import type { Logger } from 'pino';

const STOP_DEADLINE_MS = 10_000;
/** One Ctrl-C can reach us twice: from the terminal and through npm. */
const SAME_SIGNAL_MS = 500;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Waits for a signal to stop, then stops within a deadline. A second signal ends the process at once.
 * @param stop must be safe to abandon: what is committed stays committed
 */
export async function runUntilSignal(stop: () => Promise<void>, logger: Logger): Promise<void> {
  const waiting = new AbortController();
  const [signal] = await Promise.race(signals.map((name) => once(process, name, { signal: waiting.signal })));
  waiting.abort();
  const stoppingSince = Date.now();
  for (const name of signals) {
    process.on(name, () => {
      if (Date.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(130);
    });
  }
  logger.info({ signal }, 'stopping');
  const deadline = setTimeout(() => {
    logger.fatal('The server did not stop in time and is ended. What was acknowledged is safe.');
    process.exit(1);
  }, STOP_DEADLINE_MS);
  await stop();
  clearTimeout(deadline);
}
