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
  readPaths,
  readSeconds,
  readText,
  SourceError,
  toListing,
} from '../source.ts';

/** 0.17 and later have codes of their own; before, only what is said tells them apart. */
const codes: ReadonlyMap<number, SourceFault> = new Map([
  [10, 'repository_missing'],
  [11, 'repository_locked'],
  [12, 'wrong_password'],
]);

const signs: Signs = [
  [/wrong password or no key found/i, 'wrong_password'],
  [/repository is already locked/i, 'repository_locked'],
  [/is there a repository at the following location|repository does not exist/i, 'repository_missing'],
  [/unsupported repository version/i, 'unknown_version'],
  [
    /repository contains errors|pack id does not match|ciphertext verification failed|pack [0-9a-f]+: does not exist/i,
    'repository_damaged',
  ],
];

/** What restic prints with `--json`. It says when a backup began, and from 0.17 on in a listing when it ended. */
export const restic: RecoverySource = {
  tool: 'restic',

  readListing(text): Listing {
    const entries = readJson(text);
    // Of an empty repository some versions print null.
    if (entries === null) return toListing([], readSnapshot);
    if (!Array.isArray(entries)) {
      throw new SourceError('unknown_version', 'restic lists its snapshots in a form that is not known.');
    }
    return toListing(entries, readSnapshot);
  },

  readRun(text): Run | null {
    if (text.length > MAX_OUTPUT_LENGTH) throw new SourceError('unreadable', 'restic printed more than 16 MB.');
    const last = text.trimEnd().slice(text.trimEnd().lastIndexOf('\n') + 1);
    // A run that was killed ends anywhere, also within a line.
    if (!last.includes('"summary"') || !last.endsWith('}')) return null;
    const summary = readJson(last);
    if (!isFields(summary) || summary.message_type !== 'summary') return null;
    const sizeBytes = readCount(summary.total_bytes_processed);
    const durationMs = readSeconds(summary.total_duration);
    if (sizeBytes === null || durationMs === null) {
      throw new SourceError('unknown_version', 'restic says in a form that is not known how the backup ended.');
    }
    const startedAt = readInstant(summary.backup_start);
    const finishedAt = readInstant(summary.backup_end);
    return { pointId: readId(summary.snapshot_id), startedAt, finishedAt, durationMs, sizeBytes };
  },

  faultOf(exitCode, text) {
    if (exitCode === 0) return null;
    return codes.get(exitCode ?? -1) ?? faultIn(text, signs);
  },
};

/** What there is to restore, of `restic stats --json` in its mode of restore sizes. @throws SourceError */
export function readRestoreSize(text: string): number {
  const stats = readJson(text);
  const sizeBytes = isFields(stats) ? readCount(stats.total_size) : null;
  if (sizeBytes === null)
    throw new SourceError('unknown_version', 'restic tells the size in a form that is not known.');
  return sizeBytes;
}

function readSnapshot(entry: Fields): ListedPoint | RefusedEntry {
  const id = readId(entry.id);
  if (id === null || entry.time === undefined) return { id, why: 'malformed' };
  const startedAt = readInstant(entry.time);
  if (startedAt === null) return { id, why: 'undated' };
  const summary = isFields(entry.summary) ? entry.summary : {};
  return {
    id,
    startedAt,
    finishedAt: readInstant(summary.backup_end),
    sizeBytes: readCount(summary.total_bytes_processed),
    hostname: readText(entry.hostname),
    paths: readPaths(entry.paths),
  };
}
