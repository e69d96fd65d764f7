import type { LossKind } from '../../../protocol/api/view.ts';
import { type Span, uncovered } from '../../domain/history-loss.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Loss } from '../../fleet/device-shown.ts';
import type { SeriesStore } from '../../platform/series/series-store.ts';

export interface FindLosses {
  readonly series: Pick<SeriesStore, 'origin' | 'extents'>;
  readonly devices: Iterable<DeviceRecord>;
  /** The name of the file that the state knew last; null if it knew none. */
  readonly knownFile: number | null;
  /** The newest journal position that the state includes. */
  readonly cursor: number;
  /** When the state was last saved, ms; null if it never was. */
  readonly aliveAt: number | null;
  /** So long the state may lag behind what was acknowledged, ms. */
  readonly lagMs: number;
  /** The longest time for which history is kept, ms. */
  readonly retentionMs: number;
  /** Hours of a device that are known to be gone. */
  readonly known: (deviceId: string) => readonly Span[];
  readonly now: number;
}

/**
 * Compares what the state knows to have been acknowledged with what the series hold. Nothing is asked while the file is the one that
 * the state knew and holds all positions that it includes: then nothing can be gone but what damage takes, which is found by itself.
 */
export async function findLosses(options: FindLosses): Promise<Loss[]> {
  const { series, devices, knownFile, cursor, now } = options;
  const { origin } = series;
  const isAnother = knownFile !== null && origin.file !== knownFile;
  if (!isAnother && origin.position >= cursor) return [];
  const kind = kindOf(options, isAnother);
  const held = await series.extents();
  const losses: Loss[] = [];
  for (const record of devices) {
    const deviceId = record.info.id;
    const there = held.get(deviceId);
    for (const { fromMs, toMs } of missing(record, there, options)) {
      losses.push({ kind, deviceId, fromMs, toMs, foundAt: now });
    }
  }
  return losses;
}

function kindOf({ series: { origin } }: FindLosses, isAnother: boolean): LossKind {
  if (origin.setAside !== null) return 'set_aside';
  return isAnother || origin.position === 0 ? 'missing' : 'older';
}

function missing({ info, memory }: DeviceRecord, held: Span | undefined, options: FindLosses): Span[] {
  const { first, last } = memory.presence;
  if (!first || !last) return [];
  const { known, now, retentionMs, aliveAt, lagMs } = options;
  const fromMs = Math.max(first.at, now - retentionMs);
  // The last report itself is one of them.
  const whole = { fromMs, toMs: last.at + 1 };
  // Neither end of what is held is itself missing.
  const there = held ? [{ fromMs: held.fromMs, toMs: held.toMs + 1 }] : [];
  const spans = uncovered(whole, [...there, ...known(info.id)]);
  const isRecent = aliveAt === null || last.at > aliveAt - lagMs;
  return spans.map((span) => {
    if (span.toMs < whole.toMs || !isRecent) return span;
    // A server that was killed had acknowledged more than it had saved.
    return { fromMs: span.fromMs, toMs: Math.max(span.toMs, Math.min(now, last.at + lagMs)) };
  });
}
