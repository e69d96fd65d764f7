import type { RecoveryPlanInput } from '../../../protocol/api/recovery.ts';
import { span } from '../../parts/recovery/span.ts';
import { draftOf } from './plan-draft.ts';
import { t } from './words.ts';

/** How often a plan runs, in the zone that it says. */
export function rhythmWords(plan: RecoveryPlanInput): string {
  const { rhythm } = plan;
  if (rhythm === null) return t('unknownRhythm');
  if (rhythm.kind === 'interval') return t('every', { span: span(rhythm.everyMinutes * 60_000) });
  const draft = draftOf(plan);
  const words = draft.rhythm === 'daily' ? t('dailyAt', { time: draft.at }) : t('cronLine', { line: rhythm.line });
  return `${words} (${plan.timeZone})`;
}
