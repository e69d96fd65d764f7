import { existsSync, statSync } from 'node:fs';
import type { NumberedUsage } from '../calls.ts';
import type { Resolution } from '../series-store.ts';
import type { Parts } from './parts.ts';

/** What is held, with hosts by their numbers. */
export function usageOf(parts: Parts): NumberedUsage {
  const { db, journal, lanes, tally, retention, damage } = parts;
  const size = (path: string): number => (existsSync(path) ? statSync(path).size : 0);
  const pragma = (name: string): number => Number(db.sql.prepare(`PRAGMA ${name}`).get()?.[name]);
  const held = (resolution: Resolution) => {
    const { bytes, blocks } = tally.held(resolution);
    return { bytes, blocks, retentionMs: retention[resolution], fromMs: parts[resolution].oldestAt };
  };
  return {
    fileBytes: size(db.path) + size(`${db.path}-wal`),
    freeBytes: pragma('freelist_count') * pragma('page_size'),
    journalBytes: journal.bytes,
    openReports: lanes.rows,
    openBytes: lanes.bytes,
    held: { raw: held('raw'), fiveMinute: held('fiveMinute'), hour: held('hour') },
    rawSamples: tally.held('raw').samples,
    damaged: damage.parts,
  };
}
