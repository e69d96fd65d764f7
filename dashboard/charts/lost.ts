import type { HistoryLoss } from '../../protocol/api/view.ts';
import { dayTime } from '../words/format.ts';
import { t } from '../words/i18n.ts';
import type { Mark } from './marks.ts';

/** The hours that are gone from a machine's history, for its charts. */
export function lostMarks(losses: readonly HistoryLoss[]): Mark[] {
  return losses.map(({ from, to }) => ({
    kind: 'lost',
    fromMs: from === null ? Number.NEGATIVE_INFINITY : Date.parse(from),
    toMs: to === null ? Number.POSITIVE_INFINITY : Date.parse(to),
    label: t('chart.lost'),
  }));
}

/** From when to when, in words. */
export function spanText({ from, to }: { readonly from: string | null; readonly to: string | null }): string {
  if (from === null) return t('storage.unknownTime');
  const start = dayTime(Date.parse(from));
  return to === null
    ? t('storage.fromOn', { from: start })
    : t('storage.fromTo', { from: start, to: dayTime(Date.parse(to)) });
}
