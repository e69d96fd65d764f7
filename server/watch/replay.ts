import type { Logger } from 'pino';
import { VigiaError } from '../../protocol/error.ts';
import type { DeviceRecord } from '../fleet/device-record.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { JournalBatch, SeriesStore } from '../platform/series/series-store.ts';
import type { Store } from '../platform/store/store.ts';
import { ALIVE_SETTING, CURSOR_SETTING } from './saved-memories.ts';
import type { Watch } from './watch.ts';

/** The journal position up to which nothing needs to be replayed. */
export async function readCursor(store: Store): Promise<number> {
  const cursor = (await store.settings.get(CURSOR_SETTING)) ?? 0;
  if (typeof cursor === 'number') return cursor;
  throw new VigiaError('database_damaged', 'The journal cursor in the state database is not a number.');
}

/** When the state was saved last, ms; null if it never was. */
export async function readAliveAt(store: Store): Promise<number | null> {
  const aliveAt = await store.settings.get(ALIVE_SETTING);
  return typeof aliveAt === 'number' ? aliveAt : null;
}

export interface CatchUp {
  readonly series: Pick<SeriesStore, 'latest'>;
  /** What the journal holds after `cursor`. */
  readonly unevaluated: AsyncIterable<JournalBatch>;
  readonly cursor: number;
  readonly fleet: Fleet;
  readonly watch: Watch;
  readonly logger: Logger;
  readonly now: () => number;
}

/** Brings the state up to the journal: evaluates what the last process committed but had not evaluated, then judges who was absent since. */
export async function catchUp({ series, unevaluated, cursor, fleet, watch, logger, now }: CatchUp): Promise<void> {
  watch.resumeFrom(cursor);
  let batches = 0;
  for await (const batch of unevaluated) {
    await watch.takeReports(batch.position, batch.reports);
    batches += 1;
  }
  if (batches > 0) logger.info({ batches }, 'replayed what the last process had not evaluated');
  await loadLatest(series, fleet, now());
  await watch.begin();
  await watch.tick();
}

/** A live report that was replayed is the newest of its device; of the others it is in the series. */
export async function loadLatest(series: Pick<SeriesStore, 'latest'>, fleet: Fleet, now: number): Promise<void> {
  const isBehind = ({ latest, memory }: DeviceRecord): boolean =>
    latest === null || latest.at < (memory.judgedAt ?? Number.NEGATIVE_INFINITY);
  const wanted = new Set([...fleet.devices].flatMap(([id, record]) => (isBehind(record) ? [id] : [])));
  for (const report of await series.latest((deviceId) => wanted.has(deviceId))) {
    const record = fleet.devices.get(report.deviceId);
    if (report.at > now) continue;
    if (record && (record.latest === null || record.latest.at < report.at)) fleet.setLatest(record, report);
  }
}
