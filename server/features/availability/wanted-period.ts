import { VigiaError } from '../../../protocol/error.ts';
import type { WantedPeriod } from './measuring.ts';
import type { PeriodQuery } from './port.ts';

const MAX_CUSTOM_MS = 3_660 * 86_400_000;

/** The period that is asked for, this month if none is. @throws VigiaError validation_failed, range_too_large */
export function wantedPeriod({ period, from, to }: PeriodQuery): WantedPeriod {
  if (from === undefined || to === undefined) {
    if (period === 'custom') throw new VigiaError('validation_failed', 'A custom period needs "from" and "to".');
    return { name: period ?? 'this_month' };
  }
  if (period !== undefined && period !== 'custom') {
    throw new VigiaError('validation_failed', 'Ask for a "period" or for "from" and "to", not for both.');
  }
  if (to - from > MAX_CUSTOM_MS) throw new VigiaError('range_too_large', 'A period is ten years at most.');
  return { name: 'custom', from, to };
}
