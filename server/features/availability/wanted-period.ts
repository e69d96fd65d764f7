import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { WantedPeriod } from './measuring.ts';
import type { PeriodQuery } from './port.ts';

const MAX_CUSTOM_MS = 3_660 * 86_400_000;

/** The period that is asked for, this month if none is. @throws VigiaError validation_failed, range_too_large */
export function wantedPeriod({ period, from, to }: PeriodQuery): WantedPeriod {
  if (from === undefined || to === undefined) {
    if (period === 'custom') throw refused('validation_failed', said('refused.period.ends'));
    return { name: period ?? 'this_month' };
  }
  if (period !== undefined && period !== 'custom') {
    throw refused('validation_failed', said('refused.period.both'));
  }
  if (to - from > MAX_CUSTOM_MS) throw refused('range_too_large', said('refused.period.long'));
  return { name: 'custom', from, to };
}
