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

/** The schema that each of these memories was compared with last: what is mounted changes with the schema alone. */
const compared = new WeakMap<ReadonlyMap<string, KnownMount>, SchemaIndex>();
const placesOf = new WeakMap<SchemaIndex, readonly (readonly [mountpoint: string, place: number])[]>();

/** Notes in place what a reading says of file systems. `breakMs`: one that is away for less was there all the time. */
export function noteMounts(mounts: Map<string, KnownMount>, reading: Reading, breakMs: number): void {
  const { schema } = reading;
  if (compared.get(mounts) !== schema) {
    compareMounts(mounts, reading, breakMs);
    compared.set(mounts, schema);
  }
  for (const [mountpoint, place] of readOnlyPlaces(schema)) {
    if (valueAt(reading, place) !== 0) continue;
    const known = mounts.get(mountpoint);
    if (known && !known.isWritable) mounts.set(mountpoint, { ...known, isWritable: true });
  }
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

function readOnlyPlaces(schema: SchemaIndex): readonly (readonly [string, number])[] {
  let places = placesOf.get(schema);
  if (!places) {
    places = (schema.instances.get('fs.readOnly') ?? []).flatMap((mountpoint) => {
      const place = schema.position.get(`fs.readOnly[${mountpoint}]`);
      return place === undefined ? [] : [[mountpoint, place] as const];
    });
    placesOf.set(schema, places);
  }
  return places;
}
