/** A day of the calendar with what begins or goes on in it, in the browser's zone. */
export interface GridDay<T> {
  /** Midnight at its start, ms since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly inMonth: boolean;
  readonly items: readonly T[];
}

interface Spanning {
  readonly from: string;
  readonly to: string;
}

/** `YYYY-MM` of a moment, in the browser's zone. */
export function monthOf(atMs: number): string {
  const date = new Date(atMs);
  return `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}`;
}

/** The month `by` months later. */
export function monthAfter(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return monthOf(new Date(year, number - 1 + by, 1).getTime());
}

export const isMonth = (text: string | null): text is string => text !== null && /^\d{4}-(0[1-9]|1[0-2])$/.test(text);

/** The whole weeks, Monday first, that a month touches. Midnights are those of the calendar, also when clocks change. */
export function monthGrid<T extends Spanning>(month: string, items: readonly T[]): GridDay<T>[] {
  const [year = 0, number = 1] = month.split('-').map(Number);
  const first = new Date(year, number - 1, 1);
  const lead = (first.getDay() + 6) % 7;
  const length = new Date(year, number, 0).getDate();
  return Array.from({ length: Math.ceil((lead + length) / 7) * 7 }, (_, index) => {
    const fromMs = new Date(year, number - 1, 1 - lead + index).getTime();
    const toMs = new Date(year, number - 1, 2 - lead + index).getTime();
    return {
      fromMs,
      toMs,
      inMonth: index >= lead && index < lead + length,
      items: items.filter(({ from, to }) => Date.parse(from) < toMs && Date.parse(to) > fromMs),
    };
  });
}
