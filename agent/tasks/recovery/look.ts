import {
  MAX_DETAIL_LENGTH,
  MAX_LISTED_POINTS,
  MAX_NAMED_REFUSALS,
  MAX_RECOVERY_FILE_BYTES,
  type RecoveryFinding,
  type RecoveryListing,
  type RecoveryPointSeen,
} from '../../../protocol/wire/recovery-task.ts';
import { MAX_TASK_RESULT_BYTES } from '../../../protocol/wire/task.ts';
import type { ConfiguredPlace, RecoveryConfig } from './config.ts';
import { joinRuns } from './runs/join.ts';
import { isAlive } from './runs/process-start.ts';
import { readRuns, runsFolder } from './runs/record.ts';
import { readUnitRun } from './runs/unit.ts';
import { withoutSecrets } from './secrets.ts';
import { type ListedPoint, type ListingKit, SourceError } from './source.ts';

/** What a look came to: what the server is told, and what goes with it as a file. */
export interface Look {
  readonly finding: RecoveryFinding;
  readonly listing: RecoveryListing;
}

const MAX_HOSTNAME_LENGTH = 253;

/** Looks at a source now, as the user that this process is. Never rejects: whatever is wrong is what was found. */
export async function look(source: ConfiguredPlace, kit: ListingKit, nowMs: () => number): Promise<Look> {
  const { tool, place, fault } = source;
  try {
    if (place === null) throw new SourceError('misconfigured', fault ?? '');
    const { points, refused, leftOut, sizeBytes } = await place.list(kit);
    const kept = withinBounds(points.toReversed().map(seenOf));
    return {
      finding: {
        ...empty(nowMs()),
        state: 'ok',
        tool,
        sizeBytes,
        points: kept.length,
        leftOut: leftOut + points.length - kept.length,
        refused: refused
          .slice(0, MAX_NAMED_REFUSALS)
          .map(({ id, why }) => ({ id: id === null ? null : printable(id), why })),
        moreRefused: Math.max(0, refused.length - MAX_NAMED_REFUSALS),
      },
      listing: { points: kept },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return faulty(error instanceof SourceError ? error.fault : 'failed', message, nowMs(), tool);
  }
}

/** A look that found that it cannot look. */
export function faulty(
  state: SourceError['fault'],
  why: string,
  listedAt: number,
  tool: RecoveryFinding['tool'] = null,
): Look {
  const detail = withoutSecrets(why).slice(0, MAX_DETAIL_LENGTH) || null;
  return { finding: { ...empty(listedAt), state, detail, tool }, listing: { points: [] } };
}

/** With what the machine knows of runs, whatever the look came to. */
export async function withRuns(
  { finding, listing }: Look,
  { name, unit }: ConfiguredPlace,
  { stateDir }: RecoveryConfig,
): Promise<Look> {
  const wrapped = await readRuns(runsFolder(stateDir, name), isAlive);
  const ofUnit = unit === null ? null : await readUnitRun(unit);
  return { finding: fitting({ ...finding, runs: joinRuns(wrapped, ofUnit, listing.points) }), listing };
}

/** As large as an answer may be: what comes from names of a length that no tool makes is left out first. */
function fitting(finding: RecoveryFinding): RecoveryFinding {
  const isFitting = (one: RecoveryFinding): boolean => Buffer.byteLength(JSON.stringify(one)) <= MAX_TASK_RESULT_BYTES;
  if (isFitting(finding)) return finding;
  const { refused, moreRefused, runs } = finding;
  const shorter = { ...finding, refused: [], moreRefused: moreRefused + refused.length };
  return isFitting(shorter) ? shorter : { ...shorter, runs: runs.map((run) => ({ ...run, pointIds: [] })) };
}

function empty(listedAt: number): Omit<RecoveryFinding, 'state'> {
  const none = { detail: null, tool: null, sizeBytes: null, points: 0, leftOut: 0 };
  return { ...none, listedAt: Math.round(listedAt), refused: [], moreRefused: 0, runs: [] };
}

function seenOf({ id, startedAt, finishedAt, sizeBytes, hostname }: ListedPoint): RecoveryPointSeen {
  const name = hostname === null ? '' : printable(hostname).slice(0, MAX_HOSTNAME_LENGTH);
  return { id: printable(id), startedAt, finishedAt, sizeBytes, hostname: name || null };
}

/** The newest of them, as many as fit into the file. */
function withinBounds(points: readonly RecoveryPointSeen[]): readonly RecoveryPointSeen[] {
  const kept: RecoveryPointSeen[] = [];
  let bytes = JSON.stringify({ points: [] }).length;
  for (const point of points.slice(0, MAX_LISTED_POINTS)) {
    bytes += Buffer.byteLength(JSON.stringify(point)) + 1;
    if (bytes > MAX_RECOVERY_FILE_BYTES) break;
    kept.push(point);
  }
  return kept;
}

/** A name as the wire takes it. Controls in it are no part of any that a tool makes. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}
