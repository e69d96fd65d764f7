import type { Holiday } from '../../../protocol/api/contract.ts';

/**
 * Where the library of holidays is behind the law, reviewed by hand. Whoever updates the library looks at each of these again and
 * sets the dates; a test holds them against what is installed.
 */

/** The library as it was looked at. */
export const holidayLibrary = { name: 'date-holidays', version: '3.37.0', releasedOn: '2026-09-20' } as const;
export const reviewedOn = '2026-12-01';

/** First and last year; null: still. */
type Years = readonly [number, number | null];

export interface ReviewedCorrection {
  readonly country: string;
  readonly years: Years;
  /** `none`: what the library calls so is no holiday. `day`: one that it does not know. `moved`: one that was kept on another date. */
  readonly what:
    | { readonly kind: 'none'; readonly name: string }
    | { readonly kind: 'day'; readonly monthDay: string; readonly name: string }
    | { readonly kind: 'moved'; readonly from: string; readonly to: string; readonly name: string };
  readonly why: string;
  /** Where it was read. */
  readonly source: string;
}

const army = 'Army Abolition Day';
const culture = 'Day of the Black Person and Afro-Costa Rican Culture';
const law9803 = {
  why: 'Ley 9803 of 2020 made 1 December a holiday in place of 12 October.',
  source:
    'https://www.nacion.com/el-pais/es-feriado-este-12-de-octubre-en-costa-rica/QUVDX5X735ERLGGVWS2RO2LSV4/story/',
};
const law9875 = {
  why: 'Ley 9875 of 2020 moved holidays to Mondays in the years 2020 to 2024.',
  source: 'https://qcostarica.com/december-1-holiday-moved-to-monday-november-29/',
};
const law9875in2023 = {
  ...law9875,
  source:
    'https://nacion.com/el-pais/gobierno/feriados-2023-costa-rica-estos-seran-los-de-pago/M2J4MQILHBC7DCK7BFJLDXVWOI/story',
};
const law10396 = {
  why: 'Ley 9875 of 2020, as Ley 10396 of 2023 left it for 2024.',
  source:
    'https://www.lateja.cr/nacional/ya-sabe-como-quedaran-los-feriados-del-2024-aqui/O7UYL7PLLVG2XLFRQMA4SAXEQM/story/',
};
const law7544 = {
  why: 'Ley 7544 of 2025. The government may move it to a Monday.',
  source:
    'https://www.abc.com.py/nacionales/2025/09/04/lo-que-dice-exministro-de-la-corte-sobre-el-feriado-ante-clasificacion-de-la-albirroja/',
};
const decree1466 = {
  why: 'Decree 1466 of 24 September 2025 moves days off of 2026.',
  source:
    'https://profedu38.ru/index.php?option=com_content&view=article&id=2426:perenos-vykhodnykh-dnej-v-2026-godu&catid=105&Itemid=393',
};
const article112 = (year: number) => ({
  why: `Article 112 of the Labour Code: the holiday falls on a weekend, and the day off moves to the next working day${year > 2026 ? ', unless the decree on this year says otherwise' : ''}.`,
  source: 'https://www.consultant.ru/document/cons_doc_LAW_34683/',
});

const day = (
  country: string,
  years: Years,
  monthDay: string,
  name: string,
  read: Pick<ReviewedCorrection, 'why' | 'source'>,
) => ({ country, years, what: { kind: 'day', monthDay, name }, ...read }) satisfies ReviewedCorrection;
const moved = (from: string, to: string, name: string, read: Pick<ReviewedCorrection, 'why' | 'source'>) => {
  const year = Number(from.slice(0, 4));
  return {
    country: 'CR',
    years: [year, year],
    what: { kind: 'moved', from, to, name },
    ...read,
  } satisfies ReviewedCorrection;
};

/** In this order: a day is added before it is moved. */
export const reviewedCorrections: readonly ReviewedCorrection[] = [
  { country: 'CR', years: [2020, null], what: { kind: 'none', name: 'Columbus Day' }, ...law9803 },
  day('CR', [2020, null], '12-01', army, law9803),
  day('CR', [2022, null], '08-31', culture, {
    why: 'Ley 10050 of 2021.',
    source:
      'https://www.nacion.com/el-pais/estos-seran-los-feriados-de-pago-obligatorio-en/6HXTT65YOZCX7FJJGLS3CC7DAA/story/',
  }),
  moved('2021-12-01', '2021-11-29', army, law9875),
  moved('2022-09-15', '2022-09-19', 'Independence Day', law9875),
  moved('2022-12-01', '2022-12-05', army, law9875),
  moved('2023-04-11', '2023-04-10', 'Juan Santamaría Day', law9875in2023),
  moved('2023-07-25', '2023-07-24', 'Guanacaste Day', law9875in2023),
  moved('2023-08-15', '2023-08-14', "Mother's Day", law9875in2023),
  moved('2023-08-31', '2023-09-03', culture, law9875in2023),
  moved('2024-04-11', '2024-04-15', 'Juan Santamaría Day', law10396),
  moved('2024-07-25', '2024-07-29', 'Guanacaste Day', law10396),
  day('PY', [2026, null], '06-20', 'Constitution Day', law7544),
  day('RU', [2026, 2026], '01-09', 'New Year Holiday', decree1466),
  day('RU', [2026, 2026], '12-31', "New Year's Eve", decree1466),
  day('RU', [2026, 2026], '05-11', 'Victory Day', article112(2026)),
  day('RU', [2027, 2027], '05-03', 'Spring and Labour Day', article112(2027)),
  day('RU', [2027, 2027], '05-10', 'Victory Day', article112(2027)),
  day('RU', [2027, 2027], '06-14', 'Russia Day', article112(2027)),
];

/** What no list can know, by country. */
const notes: ReadonlyMap<string, (year: number) => readonly string[]> = new Map([
  [
    'CR',
    (year: number) =>
      year > 2026 ? ['Whether holidays of this year are moved to Mondays was not decided when this was checked.'] : [],
  ],
  [
    'PY',
    () => [
      'The government may move 1 March, 12 June, 20 June and 29 September to a Monday, and may decree up to three more days a year.',
    ],
  ],
  [
    'BR',
    () => [
      'Carnival and Corpus Christi are no national holidays: banks and the administration close. States and cities have days of their own.',
    ],
  ],
  [
    'RU',
    (year: number) =>
      year > 2026 ? ['A decree moves days off each year; that of this year was not known when this was checked.'] : [],
  ],
]);

export function notesOn(country: string, year: number): readonly string[] {
  return notes.get(country)?.(year) ?? [];
}

/** A difference to the library, as it is shown. */
export interface AppliedCorrection {
  readonly date: string;
  readonly kind: 'added' | 'removed';
  readonly name: string;
  readonly why: string;
  readonly source: string | null;
  readonly by: string | null;
}

/** The holidays of a year as the law has them, and what was changed for it. */
export function applyReviewed(
  country: string,
  year: number,
  known: readonly Holiday[],
): { items: Holiday[]; corrections: AppliedCorrection[] } {
  let items = [...known];
  const corrections: AppliedCorrection[] = [];
  for (const { country: of, years, what, why, source } of reviewedCorrections) {
    const [first, last] = years;
    if (of !== country || year < first || (last !== null && year > last)) continue;
    const note = (kind: AppliedCorrection['kind'], { date, name }: Pick<Holiday, 'date' | 'name'>): void =>
      void corrections.push({ date, kind, name, why, source, by: null });
    const remove = (isMeant: (holiday: Holiday) => boolean): void => {
      for (const holiday of items.filter(isMeant)) note('removed', holiday);
      items = items.filter((holiday) => !isMeant(holiday));
    };
    const add = (date: string, name: string): void => {
      if (items.some((holiday) => holiday.date === date && holiday.type === 'public')) return;
      items = [...items.filter((holiday) => holiday.date !== date), { date, name, type: 'public' }];
      note('added', { date, name });
    };
    if (what.kind === 'none') remove(({ name }) => name === what.name);
    if (what.kind === 'day') add(`${year}-${what.monthDay}`, what.name);
    if (what.kind === 'moved') {
      remove(({ date }) => date === what.from);
      add(what.to, what.name);
    }
  }
  return { items: items.toSorted(byDate), corrections };
}

export const byDate = (a: { date: string }, b: { date: string }): number => (a.date < b.date ? -1 : 1);
