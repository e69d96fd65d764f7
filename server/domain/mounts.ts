import { type Reading, type SchemaIndex, valueAt } from './reading.ts';

/** What is remembered of a file system's place. */
export interface KnownMount {
  /** Since when it has been there without a break, ms. */
  readonly since: number;
  /** True if it could be written at any time: what never could is an image, or was mounted read-only on purpose. */
  readonly isWritable: boolean;
  /** Since when the machine does not report it any more, ms; null while it does. */
  readonly goneAt: number | null;
}

const DAY_MS = 86_400_000;
/** A disk that is changed every night or carried home for the week is none of long standing. */
const LONG_STANDING_MS = 7 * DAY_MS;
/** What has been away for so long is no longer expected. */
export const FORGOTTEN_MS = 14 * DAY_MS;
const MAX_MOUNTS = 256;

type Place = readonly [mountpoint: string, place: number];

/** What a comparison with a schema found; it holds until the schema changes, as what is mounted does. */
export interface ComparedMounts {
  readonly schema: SchemaIndex;
  /** Where the schema says whether a file system is read-only, of those that were never seen to be writable. */
  undecided: readonly Place[];
  readonly isAnyMissed: boolean;
}

/** What is remembered of a device's file systems. */
export interface MountMemory {
  readonly mounts: Map<string, KnownMount>;
  /** Found again after a start. */
  comparedMounts: ComparedMounts | null;
}

/**
 * Notes in place what a reading says of file systems. `breakMs`: one that is away for less was there all the time.
 * @returns whether one of long standing is missed
 */
export function noteMounts(memory: MountMemory, reading: Reading, breakMs: number): boolean {
  const { mounts } = memory;
  let known = memory.comparedMounts;
  if (known?.schema !== reading.schema) {
    known = comparedMounts(mounts, reading, breakMs);
    memory.comparedMounts = known;
  }
  if (known.undecided.length > 0) known.undecided = noteWritable(mounts, reading, known.undecided);
  return known.isAnyMissed;
}

function comparedMounts(mounts: Map<string, KnownMount>, reading: Reading, breakMs: number): ComparedMounts {
  compareMounts(mounts, reading, breakMs);
  return {
    schema: reading.schema,
    undecided: readOnlyPlaces(reading.schema).filter(([mountpoint]) => mounts.get(mountpoint)?.isWritable === false),
    isAnyMissed: [...mounts.values()].some(isMissed),
  };
}

/** @returns those of which it is still not known */
function noteWritable(
  mounts: Map<string, KnownMount>,
  reading: Reading,
  undecided: readonly Place[],
): readonly Place[] {
  // Asked of every report of a machine that has an image mounted: nearly always nothing became writable.
  if (!isAnyWritable(reading, undecided)) return undecided;
  const writable = undecided.filter(([, place]) => valueAt(reading, place) === 0);
  for (const [mountpoint] of writable) {
    const known = mounts.get(mountpoint);
    if (known) mounts.set(mountpoint, { ...known, isWritable: true });
  }
  return undecided.filter((place) => !writable.includes(place));
}

function isAnyWritable(reading: Reading, places: readonly Place[]): boolean {
  for (let index = 0; index < places.length; index += 1) {
    if (valueAt(reading, (places[index] as Place)[1]) === 0) return true;
  }
  return false;
}

/** File systems of long standing that are not reported any more. */
export function* missedMounts(mounts: ReadonlyMap<string, KnownMount>): Iterable<[string, number, KnownMount]> {
  for (const [mountpoint, known] of mounts) {
    if (isMissed(known)) yield [mountpoint, known.goneAt, known];
  }
}

export function isMissed(known: KnownMount | undefined): known is KnownMount & { readonly goneAt: number } {
  return known !== undefined && known.goneAt !== null && known.goneAt - known.since >= LONG_STANDING_MS;
}

function compareMounts(mounts: Map<string, KnownMount>, { schema, at }: Reading, breakMs: number): void {
  for (const mountpoint of schema.instances.get('fs.size') ?? []) {
    const known = mounts.get(mountpoint);
    const isSame = known && (known.goneAt === null || at - known.goneAt < breakMs);
    const since = isSame ? known.since : at;
    if (known && isSame && known.goneAt === null) continue;
    // Of what does not say whether it is read-only it is not known that it never could be written.
    const isWritable = known?.isWritable ?? !schema.position.has(`fs.readOnly[${mountpoint}]`);
    mounts.set(mountpoint, { since, isWritable, goneAt: null });
  }
  const reported = new Set<string>();
  for (const instances of schema.instances.values()) for (const instance of instances) reported.add(instance);
  for (const [mountpoint, known] of mounts) {
    if (!reported.has(mountpoint)) mounts.set(mountpoint, { ...known, goneAt: known.goneAt ?? at });
  }
  forgetMounts(mounts, at);
}

/** What is gone for long, and of too many those that went first. */
function forgetMounts(mounts: Map<string, KnownMount>, at: number): void {
  const gone = [...mounts].flatMap(([mountpoint, { goneAt }]) => (goneAt === null ? [] : [{ mountpoint, goneAt }]));
  gone.sort((a, b) => a.goneAt - b.goneAt);
  for (const { mountpoint, goneAt } of gone) {
    if (at - goneAt > 2 * FORGOTTEN_MS || mounts.size > MAX_MOUNTS) mounts.delete(mountpoint);
  }
}

function readOnlyPlaces(schema: SchemaIndex): readonly Place[] {
  return (schema.instances.get('fs.readOnly') ?? []).flatMap((mountpoint) => {
    const place = schema.position.get(`fs.readOnly[${mountpoint}]`);
    return place === undefined ? [] : [[mountpoint, place] as const];
  });
}
