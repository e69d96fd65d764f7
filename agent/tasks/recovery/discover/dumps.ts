import { type Stats, statSync } from 'node:fs';
import type { Mention } from './mention.ts';
import { readdirOf } from './peek.ts';

/** Where dumps usually lie; folders in these are looked at as well. */
const places = [
  '/var/backups',
  '/backup',
  '/backups',
  '/srv/backup',
  '/srv/backups',
  '/var/lib/backup',
  '/opt/backup',
  '/mnt/backup',
];
const MAX_FOLDERS = 64;
const dump = /\.(sql|dump|bak|tar|tgz|zip|xml|ldif|rdb|db)(\.(gz|zst|xz|bz2|lz4|gpg|age|enc))*$/i;
const DAY_MS = 86_400_000;
/** So many days in a row, the last of them no longer ago than that. */
const LEAST_DAYS = 3;
const NEWEST_WITHIN_MS = 3 * DAY_MS;

export interface DumpFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

/** Folders in which a dump comes day by day. */
export function* dumpFolders(root: string, nowMs: number): Generator<Mention> {
  const folders = places.flatMap((place) => [
    place,
    ...readdirOf(root, place, /^[^.]/).map((name) => `${place}/${name}`),
  ]);
  let looked = 0;
  for (const folder of folders) {
    const names = readdirOf(root, folder, dump);
    if (names.length < LEAST_DAYS) continue;
    looked += 1;
    if (looked > MAX_FOLDERS) return;
    const files = names.flatMap((name) => statOf(`${root}${folder}/${name}`, name) ?? []);
    const newest = growsDaily(files, nowMs);
    if (newest !== null)
      yield { tool: 'files', repository: folder, schedule: null, evidence: `${folder}/${newest.name}` };
  }
}

/** The newest of the files whose names differ in their digits alone and that came on days in a row; null if there are none. */
export function growsDaily(files: readonly DumpFile[], nowMs: number): DumpFile | null {
  const series = Map.groupBy(
    files.filter(({ sizeBytes }) => sizeBytes > 0),
    ({ name }) => name.replace(/\d+/g, '0'),
  );
  for (const [, ones] of series) {
    const sorted = ones.filter(({ modifiedAt }) => modifiedAt <= nowMs).sort((a, b) => b.modifiedAt - a.modifiedAt);
    const [newest] = sorted;
    if (newest === undefined || nowMs - newest.modifiedAt > NEWEST_WITHIN_MS) continue;
    const days = [...new Set(sorted.map(({ modifiedAt }) => Math.floor(modifiedAt / DAY_MS)))];
    const isDaily = days.length >= LEAST_DAYS && (days[0] ?? 0) - (days[LEAST_DAYS - 1] ?? 0) === LEAST_DAYS - 1;
    if (isDaily) return newest;
  }
  return null;
}

function statOf(path: string, name: string): DumpFile | null {
  let found: Stats;
  try {
    found = statSync(path);
  } catch {
    return null;
  }
  return found.isFile() ? { name, sizeBytes: found.size, modifiedAt: found.mtimeMs } : null;
}
