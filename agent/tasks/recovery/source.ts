import type { RecoveryTool } from '../../../protocol/wire/recovery-task.ts';
import type { SourceFault } from '../../../protocol/wire/source-fault.ts';
import type { RunTool } from './tool.ts';

/** Where backups come from, as a kind: how one of them is described, and how its points are found. Each is a folder beside this file. */
export interface SourceKind {
  readonly tool: RecoveryTool;
  /**
   * One of them, from its entry in the machine's own file. All fields that are the kind's own are read with `take`: what nobody
   * takes is a mistake in the file.
   * @throws Error with what is wrong, in words that go behind "the source NAME: "
   */
  read(take: TakeField): RecoveryPlace;
}

/** The field of that name: a text, a whole number or a boolean; undefined if it is not there. @throws Error if it is something else */
export interface TakeField {
  text(name: string): string | undefined;
  /** Of a file or folder, absolute. */
  path(name: string): string | undefined;
  flag(name: string): boolean;
}

/** A place with backups, on or from this machine. */
export interface RecoveryPlace {
  /** For people, without passwords. */
  readonly where: string;
  /**
   * Looks, within the time that the kit gives, and changes nothing.
   * @throws SourceError
   */
  list(kit: ListingKit): Promise<PlaceListing>;
}

export interface PlaceListing extends Listing {
  /** All that is there occupies, where that is cheap to know. */
  readonly sizeBytes: number | null;
}

export interface ListingKit {
  readonly runTool: RunTool;
  /** A folder that tools may fill with what they want to find again. */
  readonly cacheDir: string;
}

/** A tool that makes backups, as far as what it prints goes. */
export interface RecoverySource {
  readonly tool: 'restic' | 'borg';
  /**
   * What a listing shows: that these points are there, which proves no more.
   * @throws SourceError unreadable, unknown_version
   */
  readListing(text: string): Listing;
  /**
   * What a run printed of what it left behind; null if it came to no end. Whether that is whole its exit code says.
   * @throws SourceError unreadable, unknown_version
   */
  readRun(text: string): Run | null;
  /** Why a command failed, by what it said; null if it did not. @param text both of its outputs; @param exitCode null: it was killed */
  faultOf(exitCode: number | null, text: string): SourceFault | null;
}

/** One backup as a listing shows it. Times are ms since 1970 by the clock of whoever made it. */
export interface ListedPoint {
  readonly id: string;
  readonly startedAt: number;
  /** Null where the tool does not say. */
  readonly finishedAt: number | null;
  readonly sizeBytes: number | null;
  /** Whose it is, where one repository has several machines. */
  readonly hostname: string | null;
  readonly paths: readonly string[];
}

export interface Listing {
  /** Oldest first. */
  readonly points: readonly ListedPoint[];
  /** What is in the listing and is no point. */
  readonly refused: readonly RefusedEntry[];
  /** Older ones that are not among the points because there are too many. */
  readonly leftOut: number;
}

export interface RefusedEntry {
  /** As the tool calls it; null where it has no name. */
  readonly id: string | null;
  /** `malformed`: it lacks what it should have; `undated`: its time has no zone, or is none; `checkpoint`: of a run that did not end. */
  readonly why: 'malformed' | 'undated' | 'checkpoint';
}

/** What a run says of itself. Null: its tool does not say. */
export interface Run {
  /** As the listing calls it, or how that begins. Null: nothing was left behind. */
  readonly pointId: string | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly durationMs: number | null;
  readonly sizeBytes: number | null;
}

/** Why a source cannot be looked at, or what it says not be understood. The message goes to people, without the controls in it. */
export class SourceError extends Error {
  readonly fault: SourceFault;

  constructor(fault: SourceFault, message: string) {
    super(message);
    this.name = 'SourceError';
    this.fault = fault;
  }
}

/** More than that no run of a tool may print, characters. */
export const MAX_OUTPUT_LENGTH = 16 * 1024 * 1024;
export const MAX_POINTS = 20_000;
const MAX_ID_LENGTH = 256;
const MAX_TEXT_LENGTH = 1_024;
const MAX_PATHS = 32;

/** A value of JSON that is an object. */
export type Fields = { readonly [name: string]: unknown };

/** @throws SourceError unreadable: too much, half of it, or no JSON */
export function readJson(text: string): unknown {
  if (text.length > MAX_OUTPUT_LENGTH) throw new SourceError('unreadable', 'The tool printed more than 16 MB.');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SourceError('unreadable', `What the tool printed is no JSON: ${describe(cause)}`);
  }
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The listing of some entries. @throws SourceError unknown_version if not a single one can be understood */
export function toListing(entries: readonly unknown[], read: (entry: Fields) => ListedPoint | RefusedEntry): Listing {
  const points: ListedPoint[] = [];
  const refused: RefusedEntry[] = [];
  for (const entry of entries) {
    const one = isFields(entry) ? read(entry) : { id: null, why: 'malformed' as const };
    if ('why' in one) refused.push(one);
    else points.push(one);
  }
  if (entries.length > 0 && refused.filter(({ why }) => why === 'malformed').length === entries.length) {
    throw new SourceError('unknown_version', 'The tool lists its backups in a form that is not known.');
  }
  points.sort((a, b) => a.startedAt - b.startedAt);
  return { points: points.slice(-MAX_POINTS), refused, leftOut: Math.max(0, points.length - MAX_POINTS) };
}

/** An instant with its zone, such as `2026-12-01T11:37:53.962150533-05:00`; null if it is none. Ms, rounded down. */
export function readInstant(value: unknown): number | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(value))
    return null;
  return inTime(() => Temporal.Instant.from(value).epochMilliseconds);
}

/** A time of day in the zone in which the tool ran. */
export function readLocal(value: unknown, timeZone: string): number | null {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?$/.test(value)) return null;
  return inTime(() => Temporal.PlainDateTime.from(value).toZonedDateTime(timeZone).epochMilliseconds);
}

/** An id that can be kept and sent; null if it is none. */
export function readId(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID_LENGTH ? value : null;
}

export function readText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT_LENGTH) : null;
}

export function readPaths(value: unknown): string[] {
  return Array.isArray(value) ? value.slice(0, MAX_PATHS).flatMap((path) => readText(path) ?? []) : [];
}

/** A whole number that is not negative; null if it is none. */
export function readCount(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Seconds as the tool prints them, in whole ms. */
export function readSeconds(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 && value < 1e9 ? Math.round(value * 1_000) : null;
}

/** Null for the 30th of February. */
function inTime(read: () => number): number | null {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof RangeError) return null;
    throw cause;
  }
}

function describe(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
}
