import type { StatfsResult, Volume } from '../volume.ts';

/** One name under which space is seen that may be shared. */
export interface PoolMember {
  readonly name: string;
  readonly volume: Volume;
}

/** Of all pools together; so many names fit a schema beside everything else. */
const MAX_FURTHER_NAMES = 64;

/** All that may share its space with another, each pool beginning where its first volume stands. */
export function poolMembers(volumes: readonly Volume[]): readonly PoolMember[] {
  const pools = new Map<string, PoolMember[]>();
  const taken = new Set(volumes.map(({ name }) => name));
  for (const volume of volumes) {
    const further = (volume.alsoAt ?? []).filter((name) => !taken.has(name));
    for (const name of further) taken.add(name);
    const members = [volume.name, ...further].map((name) => ({ name, volume }));
    pools.set(volume.pool, [...(pools.get(volume.pool) ?? []), ...members]);
  }
  // Whichever of this machine's own lies below a layered one is seen by the figures alone.
  const hasLayered = volumes.length > 1 && volumes.some(({ isLayered }) => isLayered);
  const mayShare = ([first, ...others]: readonly PoolMember[]): boolean =>
    others.length > 0 || (hasLayered && first !== undefined && !first.volume.mayHang);
  let room = MAX_FURTHER_NAMES;
  return [...pools.values()]
    .filter(mayShare)
    .flat()
    .filter(({ name, volume }) => name === volume.name || room-- > 0);
}

/** The number of each member's pool, or null where it shares with none. */
export function poolNumbers(
  members: readonly PoolMember[],
  resultOf: (volume: Volume) => StatfsResult | undefined,
): readonly (number | null)[] {
  const below = new Map<Volume, string>();
  const poolOf = (volume: Volume): string => {
    if (!volume.isLayered) return volume.pool;
    const known = below.get(volume) ?? findBelow(volume, members, resultOf) ?? volume.pool;
    below.set(volume, known);
    return known;
  };
  const counts = new Map<string, number>();
  for (const { volume } of members) counts.set(poolOf(volume), (counts.get(poolOf(volume)) ?? 0) + 1);
  const numbers = new Map<string, number>();
  return members.map(({ volume }) => {
    const pool = poolOf(volume);
    if ((counts.get(pool) ?? 0) < 2) return null;
    const number = numbers.get(pool) ?? numbers.size + 1;
    numbers.set(pool, number);
    return number;
  });
}

/** An overlay answers with the figures of the file system that it writes to. */
function findBelow(
  layered: Volume,
  members: readonly PoolMember[],
  resultOf: (volume: Volume) => StatfsResult | undefined,
): string | undefined {
  const own = resultOf(layered);
  if (own === undefined || own.blocks <= 0) return undefined;
  const isSame = (other: StatfsResult | undefined): boolean =>
    other !== undefined && other.blocks === own.blocks && other.bsize === own.bsize && other.files === own.files;
  return members.find(({ volume }) => volume !== layered && isSame(resultOf(volume)))?.volume.pool;
}
