import { ProtocolError } from '../error.ts';
import { type SourceFault, sourceFaults } from './source-fault.ts';

/**
 * Kind `recovery`: what a source of backups on a machine has. Its answer is a {@link RecoveryFinding}; what is in the repository is the
 * file of the result, a {@link RecoveryListing}, which is there if the state is `ok`.
 */
export interface RecoveryTask {
  /** As the machine's own file of sources calls it, see {@link isSourceName}. Nothing else about it can be said from outside. */
  readonly source: string;
  readonly do: 'list';
}

export const recoveryTools = ['restic', 'borg', 'files', 'disk'] as const;
export type RecoveryTool = (typeof recoveryTools)[number];

export interface RecoveryFinding {
  readonly state: 'ok' | SourceFault;
  /** What the tool said of a fault, one line without controls and passwords; null if it said nothing. */
  readonly detail: string | null;
  /** Null: no source of that name, or its file cannot be read. */
  readonly tool: RecoveryTool | null;
  /** When it was looked at, by the machine's time of day, as all times here: ms since 1970. */
  readonly listedAt: number;
  /** All that the repository occupies, where that is cheap to know; else null. */
  readonly sizeBytes: number | null;
  /** How many points the file has, and how many older ones there are. */
  readonly points: number;
  readonly leftOut: number;
  /** What is in the repository and is no point; how many more there are than are named here. */
  readonly refused: readonly RefusedPoint[];
  readonly moreRefused: number;
  /** Runs whose own results the machine knows, newest first, whatever the state is. */
  readonly runs: readonly RecoveryRun[];
}

export interface RefusedPoint {
  readonly id: string | null;
  /** `malformed`: it lacks what it should have; `undated`: its time has no zone, or is none; `checkpoint`: of a run that did not end. */
  readonly why: (typeof refusals)[number];
}
const refusals = ['malformed', 'undated', 'checkpoint'] as const;

/** How a run ended. */
export interface RecoveryRun {
  /** `wrapper`: it ran inside `vigia-agent backup`; `unit`: systemd knows it. */
  readonly from: (typeof runOrigins)[number];
  readonly startedAt: number;
  /** Null while it runs, and if it was cut off. */
  readonly endedAt: number | null;
  /** `cut_off`: it is gone, and nobody saw how it ended, such as by a kill -9 of all of it or a power cut. */
  readonly state: (typeof runStates)[number];
  /** Null if it did not end by itself. */
  readonly exitCode: number | null;
  /** Such as `SIGKILL`, if one ended it. */
  readonly signal: string | null;
  /** Points that it left behind, as the listing calls them: that began while it ran. Empty also where that is not known. */
  readonly pointIds: readonly string[];
}
const runOrigins = ['wrapper', 'unit'] as const;
const runStates = ['running', 'ended', 'cut_off'] as const;

/** A backup as a listing shows it: that it is there, which proves no more. */
export interface RecoveryPointSeen {
  readonly id: string;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly sizeBytes: number | null;
  readonly hostname: string | null;
}

/** The file of a `recovery` task, as JSON. */
export interface RecoveryListing {
  /** Newest first. */
  readonly points: readonly RecoveryPointSeen[];
}

/** Kind `recovery-discover`, with an empty payload: where a machine seems to make backups. */
export interface RecoveryDiscovery {
  /** Those of the machine's own file, by name. */
  readonly sources: readonly ConfiguredSource[];
  /** What is wrong with that file, in a sentence; null if nothing is. */
  readonly fault: string | null;
  readonly proposals: readonly RecoveryProposal[];
}

export interface ConfiguredSource {
  readonly name: string;
  readonly tool: RecoveryTool;
  /** The repository, without passwords. */
  readonly where: string;
}

/** What looks like a source that nobody has configured. */
export interface RecoveryProposal {
  readonly tool: RecoveryTool;
  /** A name that is free. */
  readonly name: string;
  readonly where: string;
  /** A line of a crontab, or a calendar of systemd, as it stands there; null if none is known. */
  readonly schedule: string | null;
  /** Files that say so, and units. */
  readonly evidence: readonly string[];
}

export const MAX_LISTED_POINTS = 2_000;
export const MAX_NAMED_REFUSALS = 50;
export const MAX_TOLD_RUNS = 50;
export const MAX_POINTS_OF_RUN = 8;
export const MAX_PROPOSALS = 32;
export const MAX_SOURCES = 32;
/** Largest file with points, in bytes. */
export const MAX_RECOVERY_FILE_BYTES = 1024 * 1024;
export const MAX_DETAIL_LENGTH = 200;
export const MAX_WHERE_LENGTH = 200;
const MAX_ID_LENGTH = 256;
const MAX_HOSTNAME_LENGTH = 253;
const MAX_SCHEDULE_LENGTH = 120;
const MAX_EVIDENCE = 4;
const MAX_SENTENCE_LENGTH = 400;

/** Letters, digits, `-` and `_`, at most 48, and the first is a letter or a digit: a name is also that of a file. */
export function isSourceName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9_-]{0,47}$/.test(value);
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws ProtocolError frame_malformed, as all of these */
export function parseRecoveryTask(json: string): RecoveryTask {
  const it = fieldsOf(json);
  return { source: isSourceName(it.source) ? it.source : fail('source'), do: oneOf(it.do, ['list'], 'do') };
}

export function parseRecoveryFinding(json: string): RecoveryFinding {
  const it = fieldsOf(json);
  return {
    state: oneOf(it.state, ['ok', ...sourceFaults], 'state'),
    detail: optional(it.detail, (value) => text(value, MAX_DETAIL_LENGTH, 'detail')),
    tool: optional(it.tool, (value) => oneOf(value, recoveryTools, 'tool')),
    listedAt: instant(it.listedAt, 'listedAt'),
    sizeBytes: optional(it.sizeBytes, (value) => count(value, 'sizeBytes')),
    points: count(it.points, 'points', MAX_LISTED_POINTS),
    leftOut: count(it.leftOut, 'leftOut'),
    refused: list(it.refused, MAX_NAMED_REFUSALS, 'refused', ({ id, why }) => ({
      id: optional(id, (value) => text(value, MAX_ID_LENGTH, 'id')),
      why: oneOf(why, refusals, 'why'),
    })),
    moreRefused: count(it.moreRefused, 'moreRefused'),
    runs: list(it.runs, MAX_TOLD_RUNS, 'runs', runIn),
  };
}

/** @param bytes the file of the result */
export function parseRecoveryListing(bytes: Uint8Array): RecoveryListing {
  if (bytes.length > MAX_RECOVERY_FILE_BYTES) fail('the file');
  const it = fieldsOf(new TextDecoder().decode(bytes));
  return {
    points: list(it.points, MAX_LISTED_POINTS, 'points', (point) => ({
      id: text(point.id, MAX_ID_LENGTH, 'id'),
      startedAt: instant(point.startedAt, 'startedAt'),
      finishedAt: optional(point.finishedAt, (value) => instant(value, 'finishedAt')),
      sizeBytes: optional(point.sizeBytes, (value) => count(value, 'sizeBytes')),
      hostname: optional(point.hostname, (value) => text(value, MAX_HOSTNAME_LENGTH, 'hostname')),
    })),
  };
}

export function parseRecoveryDiscovery(json: string): RecoveryDiscovery {
  const it = fieldsOf(json);
  return {
    sources: list(it.sources, MAX_SOURCES, 'sources', sourceIn),
    fault: optional(it.fault, (value) => text(value, MAX_SENTENCE_LENGTH, 'fault')),
    proposals: list(it.proposals, MAX_PROPOSALS, 'proposals', (proposal) => {
      const { evidence } = proposal;
      if (!Array.isArray(evidence) || evidence.length > MAX_EVIDENCE) return fail('evidence');
      return {
        ...sourceIn(proposal),
        schedule: optional(proposal.schedule, (value) => text(value, MAX_SCHEDULE_LENGTH, 'schedule')),
        evidence: evidence.map((one) => text(one, MAX_WHERE_LENGTH, 'evidence')),
      };
    }),
  };
}

function runIn({ from, startedAt, endedAt, state, exitCode, signal, pointIds }: Fields): RecoveryRun {
  if (!Array.isArray(pointIds) || pointIds.length > MAX_POINTS_OF_RUN) return fail('pointIds');
  return {
    from: oneOf(from, runOrigins, 'from'),
    startedAt: instant(startedAt, 'startedAt'),
    endedAt: optional(endedAt, (value) => instant(value, 'endedAt')),
    state: oneOf(state, runStates, 'state'),
    exitCode: optional(exitCode, (value) => count(value, 'exitCode', 255)),
    signal: optional(signal, (value) => text(value, 16, 'signal')),
    pointIds: pointIds.map((id) => text(id, MAX_ID_LENGTH, 'pointIds')),
  };
}

function sourceIn({ name, tool, where }: Fields): ConfiguredSource {
  return {
    name: isSourceName(name) ? name : fail('name'),
    tool: oneOf(tool, recoveryTools, 'tool'),
    where: text(where, MAX_WHERE_LENGTH, 'where'),
  };
}

function fieldsOf(json: string): Fields {
  try {
    const parsed: unknown = JSON.parse(json);
    if (isFields(parsed)) return parsed;
  } catch {
    return fail('the document');
  }
  return fail('the document');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list<Item>(value: unknown, most: number, name: string, read: (item: Fields) => Item): readonly Item[] {
  if (!Array.isArray(value) || value.length > most) return fail(name);
  return value.map((item: unknown) => (isFields(item) ? read(item) : fail(name)));
}

function optional<Value>(value: unknown, read: (value: unknown) => Value): Value | null {
  return value === null || value === undefined ? null : read(value);
}

function oneOf<One extends string>(value: unknown, all: readonly One[], name: string): One {
  return all.find((one) => one === value) ?? fail(name);
}

function text(value: unknown, most: number, name: string): string {
  const isText = typeof value === 'string' && value !== '' && value.length <= most && !/\p{Cc}/u.test(value);
  return isText ? value : fail(name);
}

function count(value: unknown, name: string, most = Number.MAX_SAFE_INTEGER): number {
  return Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most ? Number(value) : fail(name);
}

/** Also before 1970, and long after today: whoever judges it knows the time. */
function instant(value: unknown, name: string): number {
  return Number.isSafeInteger(value) && Math.abs(Number(value)) <= 8.64e15 ? Number(value) : fail(name);
}

function fail(what: string): never {
  throw new ProtocolError(
    'frame_malformed',
    `What a source of backups has cannot be read: ${what} is not what it should be.`,
  );
}
