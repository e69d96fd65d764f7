import { decodeEntry } from '../../server/series/entry.ts';
import type { Journal } from '../../server/series/journal.ts';

/** The sequences of all stored reports of a device, repeats included. */
export function storedSequences(journal: Journal, deviceId: string): number[] {
  const entries = journal.entries(deviceId, 0, Number.MAX_SAFE_INTEGER, 1_000_000);
  return entries.map((entry) => decodeEntry(entry, journal.schemas).sequence);
}
