import type { HolidaysTypes } from 'date-holidays';
import type { Holiday, HolidayCorrectionInput, HolidayYear } from '../../../protocol/api/contract.ts';
import { refused } from '../../../protocol/said/refused.ts';
import { said } from '../../../protocol/said/said.ts';
import type { Act } from '../../core/incidents/act.ts';
import type { Actor } from '../../domain/actor.ts';
import { everyClient } from '../../domain/scope.ts';
import type { Settings } from '../../platform/store/settings.ts';
import {
  type AppliedCorrection,
  applyReviewed,
  byDate,
  holidayLibrary,
  notesOn,
  reviewedOn,
} from './holiday-corrections.ts';

export interface HolidayCountry {
  readonly code: string;
  readonly name: string;
  readonly regions: readonly { readonly code: string; readonly name: string }[];
}

/** National holidays, from a library that is loaded when somebody first asks: its data is large. */
interface KnownHolidays {
  countries(): Promise<readonly HolidayCountry[]>;
  /** One item a date, in the order of the dates. @throws VigiaError validation_failed for an unknown country or region */
  ofYear(country: string, region: string | null, year: number): Promise<Holiday[]>;
}

/** The same, with what was reviewed and what people corrected, and where each comes from. */
export interface Holidays {
  countries(): Promise<readonly HolidayCountry[]>;
  /** @throws VigiaError validation_failed for an unknown country or region */
  year(country: string, region: string | null, year: number): Promise<HolidayYear>;
  /** Replaces what people corrected of a year, for all contracts made later. @throws VigiaError validation_failed, conflict when too many are */
  correct(input: HolidayCorrectionInput, actor: Actor): Promise<HolidayYear>;
}

/** Of several holidays on one date the first of these names it. */
const weights: readonly HolidaysTypes.HolidayType[] = ['public', 'bank', 'optional', 'school', 'observance'];
const DAY_MS = 86_400_000;
const SETTING = 'holidays.corrected';
const MAX_CORRECTED_YEARS = 500;

/** By the library and the reviewed corrections of it. */
export const holidays: KnownHolidays = {
  async countries() {
    const { HolidayLibrary: Library } = await import('./holiday-library.ts');
    const library = new Library();
    return listOf(library.getCountries('en')).map(({ code, name }) => ({
      code,
      name,
      regions: listOf(library.getStates(code, 'en')),
    }));
  },
  async ofYear(country, region, year) {
    return applyReviewed(country, year, await fromLibrary(country, region, year)).items;
  },
};

async function fromLibrary(country: string, region: string | null, year: number): Promise<Holiday[]> {
  const { HolidayLibrary: Library } = await import('./holiday-library.ts');
  const known = new Library();
  if (!Object.hasOwn(known.getCountries(), country)) {
    throw refused('validation_failed', said('refused.holidays.country', { country }));
  }
  if (region !== null && !Object.hasOwn(known.getStates(country) ?? {}, region)) {
    throw refused('validation_failed', said('refused.holidays.region', { country, region }));
  }
  const options = { languages: ['en'] };
  const library = region === null ? new Library(country, options) : new Library(country, region, options);
  const days = library.getHolidays(year).flatMap(daysOf);
  const byDay = Map.groupBy(days, ({ date }) => date);
  return [...byDay]
    .filter(([date]) => date.startsWith(`${year}-`))
    .map(([date, all]) => ({ date, ...named(all.map(({ holiday }) => holiday)) }))
    .sort(byDate);
}

/** Some last several days, such as the first week of January in Russia. */
function daysOf(holiday: HolidaysTypes.Holiday): { date: string; holiday: HolidaysTypes.Holiday }[] {
  const first = Temporal.PlainDate.from(holiday.date.slice(0, 10));
  const count = Math.max(1, Math.round((holiday.end.getTime() - holiday.start.getTime()) / DAY_MS));
  return Array.from({ length: count }, (_, index) => ({ date: first.add({ days: index }).toString(), holiday }));
}

/** What people corrected of a year, as it is stored. */
interface Corrected extends HolidayCorrectionInput {
  readonly by: string;
  readonly at: number;
}

/** The holidays that people see and correct. What they corrected is a small document of the server's settings. */
export function createHolidays(settings: Pick<Settings, 'get' | 'setStatement'>, act: Act): Holidays {
  const stored = async (): Promise<readonly Corrected[]> => ((await settings.get(SETTING)) ?? []) as Corrected[];

  async function year(country: string, region: string | null, ofYear: number): Promise<HolidayYear> {
    const reviewed = applyReviewed(country, ofYear, await fromLibrary(country, region, ofYear));
    const corrected = (await stored()).find(isOf({ country, region, year: ofYear }));
    const { items, corrections } = corrected
      ? applyCorrected(corrected, reviewed.items)
      : { items: reviewed.items, corrections: [] };
    return {
      items,
      library: { ...holidayLibrary },
      reviewedOn,
      corrections: [...reviewed.corrections, ...corrections].sort(byDate),
      notes: [...notesOn(country, ofYear)],
      corrected: corrected
        ? {
            added: corrected.added,
            removed: corrected.removed,
            why: corrected.why,
            by: corrected.by,
            at: new Date(corrected.at).toISOString(),
          }
        : null,
    };
  }

  async function correct(input: HolidayCorrectionInput, actor: Actor): Promise<HolidayYear> {
    const known = await fromLibrary(input.country, input.region, input.year);
    check(input, applyReviewed(input.country, input.year, known).items);
    // In the lane, one after the other: each writes the whole document.
    await act(actor, 'holidays.correct', everyClient, async (changes, at) => {
      const others = (await stored()).filter((one) => !isOf(input)(one));
      const isEmpty = input.added.length + input.removed.length === 0;
      if (!isEmpty && others.length >= MAX_CORRECTED_YEARS) {
        throw refused('conflict', said('refused.holidays.years', { most: MAX_CORRECTED_YEARS }));
      }
      const { country, region, year: ofYear, ...detail } = input;
      changes.record([country, region, ofYear].filter((part) => part !== null).join('/'), detail);
      changes.add(settings.setStatement(SETTING, isEmpty ? others : [...others, { ...input, by: actor.name, at }]));
    });
    return year(input.country, input.region, input.year);
  }

  return {
    countries: () => holidays.countries(),
    year,
    correct,
  };
}

type Place = Pick<HolidayCorrectionInput, 'country' | 'region' | 'year'>;

const isOf =
  (wanted: Place) =>
  (one: Place): boolean =>
    one.country === wanted.country && one.region === wanted.region && one.year === wanted.year;

/** @throws VigiaError validation_failed */
function check({ added, removed, year, why }: HolidayCorrectionInput, known: readonly Holiday[]): void {
  const dates = [...added.map(({ date }) => date), ...removed];
  const elsewhere = dates.find((date) => !date.startsWith(`${year}-`));
  if (elsewhere !== undefined)
    throw refused('validation_failed', said('refused.holidays.elsewhere', { date: elsewhere, year }));
  const twice = dates.find((date, index) => dates.indexOf(date) !== index);
  if (twice !== undefined) throw refused('validation_failed', said('refused.holidays.twice', { date: twice }));
  const unknown = removed.find((date) => !known.some((holiday) => holiday.date === date));
  if (unknown !== undefined) throw refused('validation_failed', said('refused.holidays.none', { date: unknown }));
  if (dates.length > 0 && why.trim() === '') throw refused('validation_failed', said('refused.holidays.why'));
}

function applyCorrected({ added, removed, why, by }: Corrected, known: readonly Holiday[]) {
  const gone = known.filter(({ date }) => removed.includes(date));
  const changed = new Set([...removed, ...added.map(({ date }) => date)]);
  const items = [
    ...known.filter(({ date }) => !changed.has(date)),
    ...added.map((one) => ({ ...one, type: 'public' })),
  ];
  const note =
    (kind: AppliedCorrection['kind']) =>
    ({ date, name }: Pick<Holiday, 'date' | 'name'>) =>
      ({ date, kind, name, why, source: null, by }) satisfies AppliedCorrection;
  return { items: items.sort(byDate), corrections: [...gone.map(note('removed')), ...added.map(note('added'))] };
}

function named(all: readonly HolidaysTypes.Holiday[]): { name: string; type: string } {
  const type = weights.find((weight) => all.some((each) => each.type === weight)) ?? 'observance';
  const names = new Set(all.filter((each) => each.type === type).map(({ name }) => name));
  return { name: [...names].join(' / ').slice(0, 120), type };
}

function listOf(names: Record<string, string> | undefined): { code: string; name: string }[] {
  return Object.entries(names ?? {})
    .map(([code, name]) => ({ code, name }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}
