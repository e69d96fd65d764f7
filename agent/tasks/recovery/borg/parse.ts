import type { SourceFault } from '../../../../protocol/wire/source-fault.ts';
import { faultIn, type Signs } from '../faults.ts';
import {
  type Fields,
  isFields,
  type ListedPoint,
  type Listing,
  MAX_OUTPUT_LENGTH,
  type RecoverySource,
  type RefusedEntry,
  type Run,
  readCount,
  readId,
  readInstant,
  readJson,
  readLocal,
  readSeconds,
  readText,
  SourceError,
  toListing,
} from '../source.ts';

/** 1.4 has codes of its own if `BORG_EXIT_CODES=modern`; else only what is said tells them apart. */
const codes: ReadonlyMap<number, SourceFault> = new Map([
  [13, 'repository_missing'],
  [14, 'repository_full'],
  [52, 'wrong_password'],
  [73, 'repository_locked'],
]);

const signs: Signs = [
  [/passphrase supplied in .* is incorrect/i, 'wrong_password'],
  [/failed to create\/acquire the lock/i, 'repository_locked'],
  [/repository .* does not exist/i, 'repository_missing'],
  [/insufficient free space/i, 'repository_full'],
  [/data integrity error|checksum mismatch|index object count mismatch/i, 'repository_damaged'],
  [/is not a valid repository|unsupported manifest|a newer version is required/i, 'unknown_version'],
];

/** Of a run that did not end: `name.checkpoint`, `name.checkpoint.1`. */
const checkpoint = /\.checkpoint(\.\d+)?$/;

/**
 * What Borg prints with `--json`. Before 2.0 its times have no zone: they are of the zone in which that very command ran.
 * @param timeZone in which it ran: the TZ it was given. What a machine has otherwise may change its clocks
 */
export function borgIn(timeZone: string): RecoverySource {
  const readTime = (value: unknown): number | null => readInstant(value) ?? readLocal(value, timeZone);

  function readArchive(entry: Fields): ListedPoint | RefusedEntry {
    const id = readId(entry.id);
    const name = readId(entry.name ?? entry.archive);
    const start = Object.hasOwn(entry, 'start') ? entry.start : entry.time;
    if (id === null || name === null || start === undefined) return { id, why: 'malformed' };
    if (checkpoint.test(name)) return { id, why: 'checkpoint' };
    const startedAt = readTime(start);
    if (startedAt === null) return { id, why: 'undated' };
    const stats = isFields(entry.stats) ? entry.stats : {};
    return {
      id,
      startedAt,
      finishedAt: readTime(entry.end),
      sizeBytes: readCount(stats.original_size),
      hostname: readText(entry.hostname),
      paths: [],
    };
  }

  return {
    tool: 'borg',

    /** Of `list --json`, or of `info --json --last N`, which has ends and sizes too. */
    readListing(text): Listing {
      const answer = readJson(text);
      const archives = isFields(answer) ? answer.archives : undefined;
      if (!Array.isArray(archives)) {
        throw new SourceError('unknown_version', 'Borg lists its archives in a form that is not known.');
      }
      return toListing(archives, readArchive);
    },

    readRun(text): Run | null {
      // All of it is one object, printed at the end.
      if (text.length <= MAX_OUTPUT_LENGTH && text.trim() === '') return null;
      const answer = readJson(text);
      const archive = isFields(answer) ? answer.archive : undefined;
      const point = isFields(archive) ? readArchive(archive) : null;
      if (!isFields(archive) || point === null || 'why' in point) {
        throw new SourceError('unknown_version', 'Borg says in a form that is not known how the backup ended.');
      }
      const { id: pointId, startedAt, finishedAt, sizeBytes } = point;
      return { pointId, startedAt, finishedAt, durationMs: readSeconds(archive.duration), sizeBytes };
    },

    /** A warning (1, or 100 to 127) is no fault of the source, whatever became of the backup. */
    faultOf(exitCode, text) {
      if (exitCode === 0 || exitCode === 1) return null;
      if (exitCode !== null && exitCode >= 100 && exitCode <= 127) return null;
      return codes.get(exitCode ?? -1) ?? faultIn(text, signs);
    },
  };
}
