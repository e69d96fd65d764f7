import { isolated } from '../../../protocol/bidi.ts';
import { formatBytes, formatDuration } from '../wording.ts';
import type { FullForecast, NoForecast, Outlook } from './forecast.ts';

/** How an instant is written for whom it concerns. */
export type WriteInstant = (atMs: number) => string;

const HOUR_MS = 3_600_000;

/** One sentence with its numbers: when it is full, or why not. */
export function outlookSentence(mountpoint: string, outlook: Outlook, write: WriteInstant): string {
  const name = isolated(mountpoint);
  return outlook.kind === 'full' ? fullSentence(name, outlook, write) : whyNot(name, outlook, write);
}

function fullSentence(mountpoint: string, outlook: FullForecast, write: WriteInstant): string {
  const { fullAt, leadMs, bytesPerHour, availableBytes, quality, count, spanMs, basis } = outlook;
  const evidence =
    basis === 'hours'
      ? `${count} measurements over ${formatDuration(roundTo(spanMs, 60_000))}`
      : `the fullest moments of ${count} days, which end lower each day`;
  return `${mountpoint} will be full on ${write(roundTo(fullAt, 60_000))}, in ${formatDuration(roundTo(leadMs, 60_000))}: it fills at ${rate(bytesPerHour)} and has ${formatBytes(availableBytes)} left (${certainty(quality)}, by ${evidence})`;
}

export function certainty(quality: number): string {
  if (quality >= 0.8) return 'sure';
  return quality >= 0.6 ? 'fairly sure' : 'unsure';
}

function whyNot(mountpoint: string, outlook: NoForecast, write: WriteInstant): string {
  const { reason, count, spanMs, bytesPerHour, quality, earlierLowBytes, nextReset } = outlook;
  const speed = rate(bytesPerHour ?? 0);
  const hours = formatDuration(Math.max(HOUR_MS, roundTo(spanMs, 60_000)));
  switch (reason) {
    case 'sparse':
      return `${mountpoint}: too little is known to say when it is full, ${count} measurements in the last 6 h`;
    case 'steady':
      return `${mountpoint} is not about to be full: its free space hardly fell, or grew, over ${hours}`;
    case 'far':
      return `${mountpoint} fills at ${speed}, too slowly or not long enough to name a date within 4 days`;
    case 'stopped':
      return `${mountpoint} filled at ${speed} in a part of the last ${hours}, not all the time: it may have begun or stopped just now`;
    case 'uneven':
      return `${mountpoint} moves too unevenly for a date: ${speed} over ${hours}, of quality ${quality ?? 0} where 0.4 is needed`;
    case 'young':
      return `${mountpoint} fills at ${speed}, but has been watched for less than a day: it may be its daily rhythm`;
    case 'rhythm':
      return nextReset === null
        ? `${mountpoint} fills at ${speed}, but it was as full before and was emptied: quiet until less than ${formatBytes(earlierLowBytes ?? 0)} are left`
        : `${mountpoint} fills at ${speed}, but by its rhythm it is emptied before it is full, at the latest on ${write(roundTo(nextReset, 60_000))}`;
  }
}

function rate(bytesPerHour: number): string {
  return `${formatBytes(Math.max(0, bytesPerHour))} an hour`;
}

function roundTo(value: number, step: number): number {
  return Math.round(value / step) * step;
}
