import type { Logger } from 'pino';
import { formatInstant } from '../domain/wording.ts';
import type { Clock } from '../platform/clock.ts';
import { futureStatements } from '../platform/store/heal-future.ts';
import type { Store } from '../platform/store/store.ts';
import { isBehind, readStep, setBackMeanwhile, stepStatement, undoneStatement } from './clock-step.ts';
import { readAliveAt } from './replay.ts';
import { ALIVE_SETTING } from './saved-memories.ts';

export interface BeginClockOptions {
  readonly clock: Clock;
  readonly store: Store;
  readonly logger: Logger;
  /** How much longer than is stored the last server may have lived, ms. */
  readonly lagMs: number;
}

/**
 * Before anything is dated: a time of day that is behind what the last server stored. Either a known step was taken back meanwhile;
 * then what it stamped is dated anew. Or nobody knows which of the two is wrong: a machine whose clock lost its battery starts
 * in the past, and what is stored is right. Then the server goes on from what is stored, and the time of day is doubted until agents
 * say that it is right; nothing is dated anew, and nothing is lost.
 */
export async function beginClock({ clock, store, logger, lagMs }: BeginClockOptions): Promise<void> {
  const [now, aliveAt, known] = [clock.now(), await readAliveAt(store), await readStep(store)];
  if (!isBehind(now, aliveAt)) return;
  const step = setBackMeanwhile(now, aliveAt, known);
  if (!step) {
    clock.steps?.goOnFrom(aliveAt + lagMs);
    logger.warn(
      `The time of day, ${formatInstant(now)}, is behind that of the last start, which was alive at ${formatInstant(aliveAt)}: the server goes on from there until agents say which is right`,
    );
    return;
  }
  try {
    await store.commit([
      ...futureStatements(store, now, step),
      // It is taken back once.
      stepStatement(store, null),
      undoneStatement(store, step),
      store.settings.setStatement(ALIVE_SETTING, Math.min(now, aliveAt + step.sizeMs)),
    ]);
  } catch (cause) {
    // A full disk keeps it, and nobody believes it.
    logger.error({ err: cause }, 'what lies in the future could not be dated anew');
  }
}
