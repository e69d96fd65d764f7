import { type Said, said } from '../../../protocol/said/said.ts';
import type { DetectionSettings } from '../settings.ts';

/** Ratios lie between 0 and 1, sizes are bytes, times milliseconds. */
export type SettingUnit = 'ratio' | 'bytes' | 'ms';

/** A value that policies may set: a number in its unit, within its bounds. Every combination of such values is a working one. */
export interface SettingDefinition {
  readonly name: string;
  readonly unit: SettingUnit;
  readonly min: number;
  readonly max: number;
  /** What stands in these settings; null where they have no such level. */
  read(settings: DetectionSettings): number | null;
  write(settings: Draft, value: number): void;
}

type Mutable<T> = T extends number | string
  ? T
  : T extends readonly (infer Item)[]
    ? Mutable<Item>[]
    : { -readonly [K in keyof T]: Mutable<T[K]> };
/** Settings that are being made. */
export type Draft = Mutable<DetectionSettings>;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
const PiB = 1024 ** 5;

type Bounds = readonly [unit: SettingUnit, min: number, max: number];
/** Multiplied with it, a margin must stay finite. */
const share: Bounds = ['ratio', 0.001, 0.5];
const shareOrNone: Bounds = ['ratio', 0, 0.5];
const margin: Bounds = ['ratio', 0.001, 0.3];
const size: Bounds = ['bytes', 0, PiB];
const wait: Bounds = ['ms', 0, day];

/** The fields of a part of the settings, each with its bounds; the part's place in the names. */
function part<Field extends string>(
  name: string,
  find: (settings: Draft) => { [F in NoInfer<Field>]: number } | undefined,
  fields: Readonly<Record<Field, Bounds>>,
): SettingDefinition[] {
  return (Object.entries(fields) as [Field, Bounds][]).map(([field, [unit, min, max]]) => ({
    name: `${name}.${field}`,
    unit,
    min,
    max,
    read: (settings) => find(settings as Draft)?.[field] ?? null,
    write(settings, value) {
      const holder = find(settings);
      if (holder) holder[field] = value;
    },
  }));
}

const timing = { forMs: wait, keepForMs: wait } as const;

const definitions: readonly SettingDefinition[] = [
  ...(['high', 'medium'] as const).flatMap((priority) => [
    ...part(`disk.${priority}`, ({ disk }) => disk.levels.find((level) => level.priority === priority), {
      belowRatio: share,
      belowBytes: size,
      ...timing,
    }),
    ...part(`inodes.${priority}`, ({ inodes }) => inodes.levels.find((level) => level.priority === priority), {
      belowRatio: shareOrNone,
      ...timing,
    }),
    ...part(`forecast.${priority}`, ({ forecast }) => forecast.levels.find((level) => level.priority === priority), {
      belowMs: ['ms', 0, 4 * day],
      clearMarginMs: ['ms', 10 * minute, 4 * day],
      ...timing,
    }),
  ]),
  ...part('disk', ({ disk }) => disk, { clearMarginRatio: margin }),
  ...part('inodes', ({ inodes }) => inodes, { clearMarginRatio: margin }),
  ...part('cpu', ({ cpu }) => cpu, { raiseRatio: ['ratio', 0.5, 1], clearMarginRatio: margin, ...timing }),
  ...part('memory', ({ memory }) => memory, {
    belowRatio: share,
    belowBytes: size,
    clearMarginRatio: margin,
    ...timing,
  }),
  ...part('readOnly', ({ readOnly }) => readOnly, timing),
  ...part('unreadable', ({ unreadable }) => unreadable, timing),
  ...(['medium', 'normal'] as const).flatMap((priority) =>
    part(`clock.${priority}`, ({ clock }) => clock.levels.find((level) => level.priority === priority), {
      aboveMs: ['ms', 5 * second, day],
      ...timing,
    }),
  ),
  ...part('reboot', ({ reboot }) => reboot, { standsForMs: ['ms', minute, 7 * day] }),
  ...part('presence', ({ presence }) => presence, {
    lateAfterMs: ['ms', 6 * second, hour],
    lateAfterLinkLossMs: ['ms', second, hour],
    lostAfterMs: ['ms', 10 * second, day],
    tellAfterMs: ['ms', 0, day],
  }),
];

/** Everything that policies may set, by its name. */
export const settingCatalogue: ReadonlyMap<string, SettingDefinition> = new Map(
  definitions.map((definition) => [definition.name, definition]),
);

/** What is wrong with a value of this name; null if nothing is. */
export function faultOf(name: string, value: unknown): Said | null {
  const definition = settingCatalogue.get(name);
  if (!definition) return said('refused.setting.unknown', { setting: name.slice(0, 64) });
  const { unit, min, max } = definition;
  const about = { setting: name, unit };
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    return said('refused.setting.number', { ...about, whole: false });
  }
  if (unit !== 'ratio' && !Number.isInteger(value)) return said('refused.setting.number', { ...about, whole: true });
  if (value < min) return said('refused.setting.bound', { ...about, value, bound: 'least', limit: min });
  if (value > max) return said('refused.setting.bound', { ...about, value, bound: 'most', limit: max });
  return null;
}

/** The built-in settings with these values in place of their own; they must be without a {@link faultOf}. */
export function settingsWith(
  builtIn: DetectionSettings,
  values: Iterable<readonly [string, number]>,
): DetectionSettings {
  const draft = structuredClone(builtIn) as Draft;
  for (const [name, value] of values) settingCatalogue.get(name)?.write(draft, value);
  return draft;
}
