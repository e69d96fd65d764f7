import { type ParamsOf, type Said, said } from '../../../protocol/said/said.ts';
import type { FullForecast, NoForecast, Outlook } from './forecast.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * When a file system is full, or why nobody can say. Rounded to what a forecast knows.
 * @param sharers who shares its space
 */
export function sayOutlook(mountpoint: string, outlook: Outlook, sharers: readonly string[] = []): Said {
  return outlook.kind === 'full' ? sayFull(mountpoint, outlook, sharers) : sayWhyNot(mountpoint, outlook, sharers);
}

function sayFull(mountpoint: string, outlook: FullForecast, sharers: readonly string[]): Said {
  const { fullAt, bytesPerHour, availableBytes, quality, count, spanMs, basis } = outlook;
  return said('disk.full-at', {
    mountpoint,
    fullAt: toMinute(fullAt),
    bytesPerHour: Math.max(0, bytesPerHour),
    availableBytes,
    certainty: certainty(quality),
    basis: basis === 'hours' ? 'hours' : 'days',
    measured: count,
    spanMs: toMinute(spanMs),
    sharers,
  });
}

/** How far a forecast of this quality is to be trusted. */
export function certainty(quality: number): ParamsOf<'disk.full-at'>['certainty'] {
  if (quality >= 0.8) return 'sure';
  return quality >= 0.6 ? 'fairly_sure' : 'unsure';
}

function sayWhyNot(mountpoint: string, outlook: NoForecast, sharers: readonly string[]): Said {
  const { reason, count, spanMs, bytesPerHour, quality, earlierLowBytes, nextReset } = outlook;
  return said('disk.no-date', {
    mountpoint,
    why: reason,
    measured: count,
    spanMs: Math.max(HOUR_MS, toMinute(spanMs)),
    bytesPerHour: Math.max(0, bytesPerHour ?? 0),
    quality: quality ?? 0,
    earlierLowBytes: earlierLowBytes ?? 0,
    nextReset: nextReset === null ? null : toMinute(nextReset),
    sharers,
  });
}

function toMinute(ms: number): number {
  return Math.round(ms / MINUTE_MS) * MINUTE_MS;
}
