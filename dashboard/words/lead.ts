import { duration } from './format.ts';
import { t } from './i18n.ts';

/** Report minus detection, as a sentence: positive when we knew first; null before it is known. */
export function leadSentence(leadMs: number | null): string {
  if (leadMs === null) return t('lead.unknown');
  if (leadMs === 0) return t('lead.same');
  return leadMs > 0 ? t('lead.ahead', { span: duration(leadMs) }) : t('lead.behind', { span: duration(-leadMs) });
}
