import type { Logger } from 'pino';
import { VigiaError } from '../protocol/error.ts';
import type { JournalBatch } from './series/series-store.ts';
import type { Store } from './store/store.ts';
import { CURSOR_SETTING, type Watch } from './watch.ts';

/** The journal position up to which nothing needs to be replayed. */
export async function readCursor(store: Store): Promise<number> {
  const cursor = (await store.settings.get(CURSOR_SETTING)) ?? 0;
  if (typeof cursor === 'number') return cursor;
  throw new VigiaError('database_damaged', 'The journal cursor in the state database is not a number.');
}

/** Evaluates what the last process committed to the journal but had not evaluated. */
export async function replay(
  unevaluated: AsyncIterable<JournalBatch>,
  cursor: number,
  watch: Watch,
  logger: Logger,
): Promise<void> {
  watch.resumeFrom(cursor);
  let batches = 0;
  for await (const batch of unevaluated) {
    await watch.take(batch.position, batch.reports);
    batches += 1;
  }
  if (batches > 0) logger.info({ batches }, 'replayed what the last process had not evaluated');
}
