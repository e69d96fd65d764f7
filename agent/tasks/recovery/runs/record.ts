import { constants as fs } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { RecoveryRun } from '../../../../protocol/wire/recovery-task.ts';
import { isFields } from '../source.ts';
import { readSmall } from './read-small.ts';

/** A run inside the wrapper, as its file has it: one for each, which is written when it begins and once more when it ends. */
export interface RunRecord {
  readonly startedAt: number;
  /** The wrapper's process: its number, when it began in ticks since boot, and which boot that was. */
  readonly pid: number;
  readonly startTicks: number;
  readonly bootId: string;
  readonly endedAt: number | null;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** Of each source, the newest. */
export const MAX_RECORDS = 50;
const MAX_RECORD_BYTES = 1_024;
/** More is no folder of runs; nobody reads on for ever. */
const MAX_NAMES = 10_000;

/** Names sort by their start. */
export function recordName(startedAt: number, pid: number): string {
  return `${String(startedAt).padStart(16, '0')}-${pid}.json`;
}

export function runsFolder(stateDir: string, source: string): string {
  return join(stateDir, 'runs', source);
}

/** Names of records in a folder, newest first. Empty if there is no such folder. */
export async function recordNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .slice(0, MAX_NAMES)
    .filter((name) => /^\d{16}-\d{1,10}\.json$/.test(name))
    .sort()
    .reverse();
}

/** The runs of a source, newest first. What cannot be read is none: its folder may be another user's. */
export async function readRuns(
  folder: string,
  isAlive: (record: RunRecord) => Promise<boolean>,
): Promise<readonly RecoveryRun[]> {
  const runs: RecoveryRun[] = [];
  for (const name of (await recordNames(folder)).slice(0, MAX_RECORDS)) {
    const text = await readSmall(join(folder, name), MAX_RECORD_BYTES, fs.O_NOFOLLOW).catch(() => null);
    const record = text === null ? null : parseRecord(text);
    if (record === null) continue;
    const { startedAt, endedAt, exitCode, signal } = record;
    const state = endedAt !== null ? 'ended' : (await isAlive(record)) ? 'running' : 'cut_off';
    runs.push({ from: 'wrapper', startedAt, endedAt, state, exitCode, signal, pointIds: [] });
  }
  return runs;
}

/** Null if it is none. */
export function parseRecord(text: string): RunRecord | null {
  let it: unknown;
  try {
    it = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isFields(it)) return null;
  const { startedAt, pid, startTicks, bootId, endedAt, exitCode, signal } = it;
  const isTime = (value: unknown): value is number => Number.isSafeInteger(value) && Math.abs(Number(value)) < 8.64e15;
  const isCount = (value: unknown, most: number): value is number =>
    Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
  if (!isTime(startedAt) || !isCount(pid, 2 ** 31) || !isCount(startTicks, 2 ** 53 - 1) || typeof bootId !== 'string')
    return null;
  if (endedAt !== null && !isTime(endedAt)) return null;
  if (exitCode !== null && !isCount(exitCode, 255)) return null;
  if (signal !== null && !(typeof signal === 'string' && /^SIG[A-Z0-9]{1,12}$/.test(signal))) return null;
  return { startedAt, pid, startTicks, bootId, endedAt, exitCode, signal };
}
