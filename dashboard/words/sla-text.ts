import type { AvailabilityFigure } from '../../protocol/api/availability.ts';
import type { Calendar, OpenHours } from '../../protocol/api/contract.ts';
import { cutFigure, type LedgerState, ledgerStates, type Partition } from './availability.ts';
import { cutPercent, duration, weekdayName } from './format.ts';
import { t } from './i18n.ts';
import { weekRuns } from './week.ts';

/** A span to the second, whole: what a ledger counts must not lose its smaller units. */
export function wholeSpan(durationMs: number): string {
  return durationMs > 0 && durationMs < 1000 ? t('sla.underASecond') : duration(durationMs, 4);
}

export function percentOr(cut: string | null): string {
  return cut === null ? '–' : cutPercent(cut);
}

/** `31m 12s left`, or by how much it is overspent. */
export function budgetText({ budgetLeftMs }: AvailabilityFigure): string | null {
  if (budgetLeftMs === null) return null;
  if (budgetLeftMs < 0) return t('sla.budgetOver', { span: wholeSpan(-budgetLeftMs) });
  return t('sla.budgetLeft', { span: wholeSpan(budgetLeftMs) });
}

/** How the figure came about, in sentences with its numbers. */
export function figureSentences(figure: AvailabilityFigure): string[] {
  const { upMs, downMs, unknownMs, excludedMs, outages, budgetMs, targetRatio } = figure;
  const cut = cutFigure(figure);
  const target = targetRatio === null ? null : cutPercent(String(targetRatio));
  return [
    upMs + downMs === 0
      ? t('sla.nothingKnown')
      : t('sla.upOfKnown', { up: wholeSpan(upMs), known: wholeSpan(upMs + downMs) }),
    ...(downMs > 0 ? [t('sla.downIn', { span: wholeSpan(downMs), count: outages })] : []),
    ...(unknownMs > 0 && cut.lo !== null && cut.hi !== null
      ? [t('sla.unknownBetween', { span: wholeSpan(unknownMs), lo: cutPercent(cut.lo), hi: cutPercent(cut.hi) })]
      : []),
    ...(excludedMs > 0 ? [t('sla.excludedSpan', { span: wholeSpan(excludedMs) })] : []),
    ...(budgetMs !== null && target !== null ? [t('sla.allows', { target, span: wholeSpan(budgetMs) })] : []),
    target === null ? t('verdict.no_target.why') : verdictSentence(figure, target),
    ...(figure.verdict === 'breached' && figure.budgetLeftMs !== null && figure.budgetLeftMs >= 0
      ? [t('verdict.breached.soFar', { span: wholeSpan(figure.budgetLeftMs) })]
      : []),
  ];
}

function verdictSentence({ verdict, unknownMs }: AvailabilityFigure, target: string): string {
  if (verdict === 'met') return t(unknownMs > 0 ? 'verdict.met.whyUnknown' : 'verdict.met.why', { target });
  if (verdict === 'breached')
    return t(unknownMs > 0 ? 'verdict.breached.whyUnknown' : 'verdict.breached.why', { target });
  return t(verdict === 'indeterminate' ? 'verdict.indeterminate.why' : 'verdict.no_data.why');
}

/** `up 23h, down 4m`: what a stretch of time was, in words. */
export function partitionText(parts: Partition): string {
  const told = ledgerStates.flatMap((state: LedgerState) => {
    const spanMs = parts[`${state}Ms`];
    return spanMs > 0 ? [t('strip.part', { span: wholeSpan(spanMs), state: t(`ledger.${state}`).toLowerCase() })] : [];
  });
  return told.join(', ') || t('ledger.none').toLowerCase();
}

export function hoursListText(hours: readonly OpenHours[]): string {
  if (hours.length === 0) return t('calendar.closed');
  return hours.map(({ from, to }) => `${from}–${to}`).join(', ');
}

/** `Mon–Fri 08:00–17:00; Sat 09:00–12:00`. */
export function calendarText(calendar: Calendar): string {
  const runs = weekRuns(calendar.weekly).map(({ from, to, hours }) => {
    const days = from === to ? weekdayName(from) : `${weekdayName(from)}–${weekdayName(to)}`;
    return `${days} ${hoursListText(hours)}`;
  });
  return runs.join('; ') || t('calendar.neverOpen');
}
