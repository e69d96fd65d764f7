import type { HolidaysTypes } from 'date-holidays';
import type { Holiday } from '../../protocol/contract.ts';
import { VigiaError } from '../../protocol/error.ts';

export interface HolidayCountry {
  readonly code: string;
  readonly name: string;
  readonly regions: readonly { readonly code: string; readonly name: string }[];
}

/** National holidays, from a library that is loaded when somebody first asks: its data is large. */
export interface Holidays {
  countries(): Promise<readonly HolidayCountry[]>;
  /** One item a date, in the order of the dates. @throws VigiaError validation_failed for an unknown country or region */
  ofYear(country: string, region: string | null, year: number): Promise<Holiday[]>;
}

/** Of several holidays on one date the first of these names it. */
const weights: readonly HolidaysTypes.HolidayType[] = ['public', 'bank', 'optional', 'school', 'observance'];

export const holidays: Holidays = {
  async countries() {
    const { default: Library } = await import('date-holidays');
    const library = new Library();
    return listOf(library.getCountries('en')).map(({ code, name }) => ({
      code,
      name,
      regions: listOf(library.getStates(code, 'en')),
    }));
  },
  async ofYear(country, region, year) {
    const { default: Library } = await import('date-holidays');
    const known = new Library();
    if (!Object.hasOwn(known.getCountries(), country)) {
      throw new VigiaError(
        'validation_failed',
        `No holidays are known for the country "${country}". Take a code such as CR.`,
      );
    }
    if (region !== null && !Object.hasOwn(known.getStates(country) ?? {}, region)) {
      throw new VigiaError('validation_failed', `No holidays are known for the region "${region}" of ${country}.`);
    }
    const options = { languages: ['en'] };
    const library = region === null ? new Library(country, options) : new Library(country, region, options);
    const byDate = Map.groupBy(library.getHolidays(year), ({ date }) => date.slice(0, 10));
    return [...byDate].map(([date, all]) => ({ date, ...named(all) })).sort((a, b) => (a.date < b.date ? -1 : 1));
  },
};

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
