import { languageTag } from '../../words/i18n.ts';

/** `November 2026` of `2026-11`. */
export function monthTitle(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Intl.DateTimeFormat(languageTag(), { month: 'long', year: 'numeric' }).format(
    new Date(year, number - 1, 1),
  );
}
