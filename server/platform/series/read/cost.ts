import { SeriesError } from '../series-error.ts';
import type { Resolution } from '../series-store.ts';

/** What a query reads at most: about half a second of the thread's work, in slices. */
export const MAX_READINGS = 20_000_000;
/** Reports in a block, as a rule. */
export const READINGS_PER_BLOCK = 120;
/** Opening a block costs as much as so many metrics of it. */
const LEAST_METRICS = 2;

export interface Asked {
  readonly rangeMs: number;
  readonly stepMs: number;
  readonly metrics: number;
  readonly devices: number;
  /** The one the query wants to be read from. */
  readonly resolution: Resolution;
}

/** Readings of one metric, or buckets. @throws SeriesError range_too_large */
export function requireAffordable(rows: number, asked: Asked, limit: number = MAX_READINGS): void {
  const cost = rows * Math.max(LEAST_METRICS, asked.metrics);
  if (cost <= limit) return;
  throw new SeriesError('range_too_large', sentence(rows, asked, limit / cost));
}

function sentence(rows: number, { rangeMs, stepMs, metrics, devices, resolution }: Asked, share: number): string {
  const coarser = resolution === 'raw' ? 300_000 : 3_600_000;
  const ways = [
    `at most ${words(rangeMs * share)}`,
    ...(resolution === 'hour'
      ? []
      : [stepMs < coarser ? `a step of at least ${words(coarser)}` : `a range and a step of whole ${words(coarser)}`]),
    ...(metrics > 1 ? ['fewer metrics'] : []),
    ...(devices > 1 ? ['fewer machines'] : []),
  ];
  const what = `${count(rows * metrics)} readings of ${plural(metrics, 'metric')}${devices > 1 ? ` and ${plural(devices, 'machine')}` : ''}`;
  return `This would read about ${what}. Ask for ${listed(ways)}.`;
}

function listed(ways: readonly string[]): string {
  if (ways.length < 2) return ways.join('');
  return `${ways.slice(0, -1).join(', ')} or ${ways.at(-1)}`;
}

const count = (amount: number): string => amount.toLocaleString('en-US', { maximumSignificantDigits: 3 });
const plural = (amount: number, word: string): string =>
  `${amount.toLocaleString('en-US')} ${word}${amount === 1 ? '' : 's'}`;

/** A length of time, rounded down: 9 days, 7 h, 5 min. */
function words(lengthMs: number): string {
  const minutes = Math.max(1, Math.floor(lengthMs / 60_000));
  if (minutes >= 2880) return `${Math.floor(minutes / 1440)} days`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)} h` : `${minutes} min`;
}
