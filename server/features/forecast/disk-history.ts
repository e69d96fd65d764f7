import { VigiaError } from '../../../protocol/error.ts';
import { DAY_MS, MEMORY_DAYS } from '../../domain/forecast/fill-memory.ts';
import { STEP_MS, slotOf, WINDOW_STEPS } from '../../domain/forecast/space-window.ts';

/** The history of one device, as the series store answers: one value per step, null where nothing is known. */
export type ReadHistory = (request: {
  readonly deviceId: string;
  readonly metrics: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepMs: number;
  readonly aggregation: 'mean' | 'min';
}) => Promise<readonly { readonly metric: string; readonly values: readonly (number | null)[] }[]>;

/** Free space of one file system at one time. */
export interface PastPoint {
  readonly atMs: number;
  readonly availableBytes: number;
  readonly sizeBytes: number;
}

export interface PastDisks {
  /** The last six hours by five minutes, by mount point, oldest first. */
  readonly hours: ReadonlyMap<string, readonly PastPoint[]>;
  /** The last two weeks by the hour, for those of which nothing is remembered. */
  readonly days: ReadonlyMap<string, readonly PastPoint[]>;
}

const HOUR_MS = 3_600_000;

/**
 * The past of a pool: what was left to all, and what all its members held. Where one of them was not seen, nothing is known.
 * @param own of the one that stands for it
 * @param others of the other members
 */
export function poolPast(own: readonly PastPoint[], others: readonly (readonly PastPoint[])[]): readonly PastPoint[] {
  if (others.length === 0) return own;
  const held = ({ sizeBytes, availableBytes }: PastPoint): number => sizeBytes - availableBytes;
  const heldAt = others.map((points) => new Map(points.map((point) => [point.atMs, held(point)])));
  return own.flatMap((point): PastPoint[] => {
    let sizeBytes = point.sizeBytes;
    for (const at of heldAt) sizeBytes += at.get(point.atMs) ?? Number.NaN;
    return Number.isNaN(sizeBytes) ? [] : [{ ...point, sizeBytes }];
  });
}

/** What the store knows of a device's file systems. `unknown`: those of which nothing is remembered. @throws VigiaError */
export async function readPast(
  read: ReadHistory,
  deviceId: string,
  mountpoints: readonly string[],
  unknown: readonly string[],
  enrolledAt: number,
  nowMs: number,
): Promise<PastDisks> {
  const fromMs = (slotOf(nowMs) - WINDOW_STEPS + 1) * STEP_MS;
  const toMs = (slotOf(nowMs) + 1) * STEP_MS;
  const hours = await readSpace(read, deviceId, mountpoints, { fromMs, toMs, stepMs: STEP_MS, aggregation: 'mean' });
  const sinceMs = Math.floor(Math.max(nowMs - MEMORY_DAYS * DAY_MS, enrolledAt) / HOUR_MS) * HOUR_MS;
  const untilMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  if (unknown.length === 0 || untilMs <= sinceMs) return { hours, days: new Map() };
  const range = { fromMs: sinceMs, toMs: untilMs, stepMs: HOUR_MS, aggregation: 'min' } as const;
  return { hours, days: await readIfAffordable(read, deviceId, unknown, range) };
}

type Range = Pick<Parameters<ReadHistory>[0], 'fromMs' | 'toMs' | 'stepMs' | 'aggregation'>;

/** Two weeks may be too much to read where they are kept as reports only: then the rhythm is learned anew. */
async function readIfAffordable(
  read: ReadHistory,
  deviceId: string,
  mountpoints: readonly string[],
  range: Range,
): Promise<Map<string, PastPoint[]>> {
  try {
    return await readSpace(read, deviceId, mountpoints, range);
  } catch (cause) {
    if (cause instanceof VigiaError && cause.code === 'range_too_large') return new Map();
    throw cause;
  }
}

async function readSpace(
  read: ReadHistory,
  deviceId: string,
  mountpoints: readonly string[],
  range: Range,
): Promise<Map<string, PastPoint[]>> {
  const metrics = mountpoints.flatMap((mountpoint) => [`fs.available[${mountpoint}]`, `fs.size[${mountpoint}]`]);
  const answers = new Map((await read({ deviceId, metrics, ...range })).map(({ metric, values }) => [metric, values]));
  return new Map(
    mountpoints.map((mountpoint) => {
      const available = answers.get(`fs.available[${mountpoint}]`) ?? [];
      const size = answers.get(`fs.size[${mountpoint}]`) ?? [];
      const points = available.flatMap((availableBytes, step): PastPoint[] => {
        const sizeBytes = size[step] ?? 0;
        // The middle of the step is what its mean speaks of.
        const atMs = range.fromMs + (step + 0.5) * range.stepMs;
        return availableBytes === null || sizeBytes <= 0 ? [] : [{ atMs, availableBytes, sizeBytes }];
      });
      return [mountpoint, points];
    }),
  );
}
