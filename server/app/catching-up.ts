import { catchUp, loadLatest } from '../watch/replay.ts';
import type { Watch } from '../watch/watch.ts';
import type { Features } from './features.ts';
import type { Foundation } from './foundation.ts';
import { inBackground } from './in-background.ts';

export interface CatchingUp {
  /** Everything that was stored is evaluated. */
  readonly isDone: boolean;
  /** Resolves before anybody can ask; of a server that cannot write earlier, as it must come up, to be read and to say so. */
  run(): Promise<void>;
  /** At once, or as soon as it is done. */
  whenDone(begin: () => void): void;
  /** A server that ends gives up what it cannot write: it is never done. */
  giveUp(): void;
}

/** Evaluates what the last process had stored and not judged. */
export function createCatchingUp(ground: Foundation, { series, unevaluated }: Features, watch: Watch): CatchingUp {
  const { dataDir, fleet, cursor, logger, now } = ground;
  let isDone = false;
  let isEnding = false;
  let caughtUp: Promise<void> = Promise.resolve();
  return {
    get isDone() {
      return isDone;
    },
    async run() {
      caughtUp = catchUp({ series, unevaluated, cursor, fleet, watch, logger, now }).then(() => {
        isDone = !isEnding;
      });
      await Promise.race([caughtUp, watch.untilStuck()]);
      if (!isDone) inBackground(logger, () => caughtUp, 'what the last process had not evaluated could not be');
      if (dataDir.isReadOnly) await loadLatest(series, fleet, now());
    },
    whenDone(begin) {
      if (isDone) begin();
      // Why not is logged by the one that runs it.
      else
        caughtUp.then(
          () => void (isDone && begin()),
          () => undefined,
        );
    },
    giveUp() {
      isEnding = true;
    },
  };
}
