import { type Reading, type SchemaIndex, valueAt } from './reading.ts';

/**
 * Several file systems may take their space from one pool: datasets of ZFS, subvolumes of btrfs, an overlay and the disk below it.
 * They are full together, so they are told together, by the name of one of them.
 */

/** What is there and what of it is left, in bytes. */
export interface Space {
  readonly sizeBytes: number;
  readonly availableBytes: number;
}

/** Those of a pool that have the same space left. */
interface Sharing extends Space {
  /** Of all names the one that stands for them. */
  readonly teller: string;
  readonly others: readonly string[];
  /** Further ones whose content counts as the pool's; none where each has the size of the whole pool. */
  readonly holders: readonly string[];
}

interface Member {
  readonly name: string;
  /** Null while it shares with none. */
  readonly number: number | null;
  /** It has no figures of its own. */
  readonly isName: boolean;
  /** Null for what could not be measured. */
  readonly space: Space | null;
}

/** They are asked one after another, while others write. */
const SAME_RATIO = 0.01;
const SAME_BYTES = 64 * 2 ** 20;

/** Where the schema has a member's pool, size and available space. */
type MemberPlaces = readonly [
  name: string,
  pool: number | undefined,
  size: number | undefined,
  available: number | undefined,
];

/** What a schema tells of pools. */
interface SchemaPools {
  readonly places: readonly MemberPlaces[];
  readonly names: ReadonlySet<string>;
  readonly reads: readonly string[];
  /** Where all of it stands in a report. */
  readonly indexes: readonly number[];
}

/**
 * As many as an agent names: 64 file systems, and 64 further names of theirs. They are compared with one another, so of whoever names more
 * each speaks for itself.
 */
const MAX_MEMBERS = 128;
const ofSchema = new WeakMap<SchemaIndex, SchemaPools>();
/** What a reading said of pools when it was last asked: the newest reading of a device is filled anew with each of its reports. */
interface Pools {
  readonly schema: SchemaIndex;
  /** Scaled, as the indexes of the schema name them. */
  readonly values: Reading['scaled'];
  readonly members: readonly Member[];
  sharings?: ReadonlyMap<string, Sharing>;
}

const pooled = new WeakMap<Reading, Pools>();

/** The metrics by which it is told who shares with whom: one list for all of a schema. */
export function poolReads(schema: SchemaIndex): readonly string[] {
  return poolsOfSchema(schema).reads;
}

/** Whether this file system may share its space with another. */
export function isPooled(schema: SchemaIndex, mountpoint: string): boolean {
  return poolsOfSchema(schema).names.has(mountpoint);
}

/** The space that a file system speaks of: its pool's, if it stands for one. Null if that was not measured. */
export function spaceOf(reading: Reading, mountpoint: string): Space | null {
  const sharing = sharingOf(reading, mountpoint);
  if (sharing?.teller === mountpoint) return sharing;
  return membersOf(reading).find(({ name }) => name === mountpoint)?.space ?? null;
}

/** The file system that stands for the space that this one shares, or null if it stands for itself. */
export function toldBy(reading: Reading, mountpoint: string): string | null {
  const sharing = sharingOf(reading, mountpoint);
  return sharing === undefined || sharing.teller === mountpoint ? null : sharing.teller;
}

/** Of one that stands for a pool: those whose content counts as the pool's beside its own. */
export function holdersOf(reading: Reading, mountpoint: string): readonly string[] {
  const sharing = sharingOf(reading, mountpoint);
  return sharing?.teller === mountpoint ? sharing.holders : [];
}

/** All others that have the very same space left. */
export function sharersOf(reading: Reading, mountpoint: string): readonly string[] {
  const sharing = sharingOf(reading, mountpoint);
  return sharing === undefined ? [] : [sharing.teller, ...sharing.others].filter((name) => name !== mountpoint);
}

/** All measured ones of its pool, whatever they have left, the one that would stand for them first. */
export function namesOfPool(reading: Reading, mountpoint: string): readonly string[] {
  const members = membersOf(reading);
  const own = members.find(({ name }) => name === mountpoint);
  if (own === undefined || own.number === null) return [mountpoint];
  return members.filter(({ isName, number }) => number === own.number && !isName).map(({ name }) => name);
}

function sharingOf(reading: Reading, mountpoint: string): Sharing | undefined {
  const pools = poolsOf(reading);
  pools.sharings ??= findSharings(pools.members);
  return pools.sharings.get(mountpoint);
}

/** What lies in pools, in the order in which it would stand for its pool: the root first, then the shortest name. */
function membersOf(reading: Reading): readonly Member[] {
  return poolsOf(reading).members;
}

function poolsOf(reading: Reading): Pools {
  const { schema, scaled } = reading;
  const { places, indexes } = poolsOfSchema(schema);
  const known = pooled.get(reading);
  if (known?.schema === schema && indexes.every((index, at) => scaled[index] === known.values[at])) return known;
  const value = (place: number | undefined): number | null => (place === undefined ? null : valueAt(reading, place));
  const members = places.map(([name, pool, size, available]) => {
    return { name, number: value(pool), isName: size === undefined, space: spaceFrom(value(size), value(available)) };
  });
  const pools = { schema, values: indexes.map((index) => scaled[index] ?? null), members };
  pooled.set(reading, pools);
  return pools;
}

function spaceFrom(sizeBytes: number | null, availableBytes: number | null): Space | null {
  return sizeBytes === null || availableBytes === null ? null : { sizeBytes, availableBytes };
}

function poolsOfSchema(schema: SchemaIndex): SchemaPools {
  const known = ofSchema.get(schema);
  if (known !== undefined) return known;
  const all = schema.instances.get('fs.pool') ?? [];
  const names = all.length > MAX_MEMBERS ? [] : all.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const at = (family: string, name: string): number | undefined => schema.position.get(`fs.${family}[${name}]`);
  const places = names.map((name) => [name, at('pool', name), at('size', name), at('available', name)] as const);
  const families = ['fs.pool', 'fs.size', 'fs.available', 'fs.readable'];
  const reads = names.flatMap((name) => families.map((family) => `${family}[${name}]`));
  const indexes = places.flatMap(([, ...own]) => own.filter((index) => index !== undefined));
  const pools = { places, names: new Set(names), reads, indexes };
  ofSchema.set(schema, pools);
  return pools;
}

function findSharings(members: readonly Member[]): ReadonlyMap<string, Sharing> {
  const pools = new Map<number, Member[]>();
  for (const member of members) {
    const { number } = member;
    if (number !== null) pools.set(number, [...(pools.get(number) ?? []), member]);
  }
  const found = new Map<string, Sharing>();
  for (const pool of pools.values()) {
    const measured = pool.filter(({ space }) => space !== null && space.sizeBytes > 0) as Measured[];
    const further = pool.filter(({ isName }) => isName).map(({ name }) => name);
    const together = haveTheSame(measured, further.length);
    const [teller, ...others] = measured.filter((member) => together.has(member));
    if (teller === undefined) continue;
    const names = [...others.map(({ name }) => name), ...further];
    const sharing = { teller: teller.name, others: names, ...poolSpace(teller, others, measured) };
    for (const name of [teller.name, ...names]) found.set(name, sharing);
  }
  return found;
}

type Measured = Member & { readonly space: Space };

/**
 * Those that have the pool's own free space: a quota leaves less, so they are the first two or more, from above, that agree. One
 * with a reservation of its own has more, and agrees with none. Quotas may agree too: what lies in another has the space of that
 * one, so less is a quota's; and those of one size below another are of one quota, as each dataset of a pool has the size of what it
 * holds and the rest.
 */
function haveTheSame(measured: readonly Measured[], names: number): ReadonlySet<Measured> {
  if (measured.length === 1 && names > 0) return new Set(measured);
  const sorted = [...measured].sort((a, b) => b.space.availableBytes - a.space.availableBytes);
  const above: Measured[] = [];
  let group: Measured[] = [];
  const isPool = (): boolean => group.length > 1 && (above.length === 0 || !haveOneSize(group));
  for (const member of sorted) {
    if (above.some(({ name }) => liesIn(member.name, name))) continue;
    const before = group.at(-1)?.space.availableBytes ?? 0;
    const isClose = before - member.space.availableBytes <= Math.max(SAME_BYTES, SAME_RATIO * before);
    if (isClose || group.length === 0) {
      group.push(member);
      continue;
    }
    if (isPool()) break;
    above.push(...group);
    group = [member];
  }
  return new Set(isPool() ? group : []);
}

function liesIn(name: string, folder: string): boolean {
  return name.startsWith(folder.endsWith('/') ? folder : `${folder}/`);
}

function haveOneSize([first, ...others]: readonly Measured[]): boolean {
  const { sizeBytes } = first?.space ?? { sizeBytes: 0 };
  return others.every(({ space }) => Math.abs(space.sizeBytes - sizeBytes) <= sizeBytes / 1_000);
}

/** Subvolumes have the size of their pool; of datasets each has what it holds itself and what is left to all. */
function poolSpace(
  teller: Measured,
  others: readonly Measured[],
  measured: readonly Measured[],
): Space & Pick<Sharing, 'holders'> {
  const { sizeBytes, availableBytes } = teller.space;
  if (haveOneSize([teller, ...others])) return { sizeBytes, availableBytes, holders: [] };
  const usedBytes = measured.reduce((sum, member) => sum + member.space.sizeBytes - member.space.availableBytes, 0);
  const holders = measured.flatMap((member) => (member === teller ? [] : [member.name]));
  return { sizeBytes: availableBytes + usedBytes, availableBytes, holders };
}
