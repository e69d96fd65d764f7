import { effect, type Signal, signal } from '@preact/signals';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
export const densities = ['comfortable', 'dense'] as const;
export type Density = (typeof densities)[number];
const switches = ['on', 'off'] as const;

/** How this browser shows things; kept in its local storage. */
export const theme = kept<Theme>('vigia.theme', themes);
export const density = kept<Density>('vigia.density', densities);
/** Shortcuts of a single letter can be switched off, for people whose speech input types them. */
export const letterKeys = kept<(typeof switches)[number]>('vigia.letterKeys', switches);

function kept<T extends string>(name: string, values: readonly [T, ...T[]]): Signal<T> {
  const value = signal<T>(values.find((known) => known === readKept(name)) ?? values[0]);
  let first = true;
  effect(() => {
    const text = value.value;
    if (!first) keep(name, text);
    first = false;
  });
  return value;
}

/** Storage may be forbidden; the defaults then hold. */
function readKept(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // The choice then lasts as long as the page.
  }
}

/** Puts theme and density on the root element, where the style sheet reads them. */
export function followPreferences(): void {
  effect(() => {
    const { dataset } = document.documentElement;
    dataset.theme = theme.value;
    dataset.density = density.value;
  });
}
