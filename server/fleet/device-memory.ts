import type { PresenceState } from '../../protocol/api/view.ts';
import type { Clocks } from '../../protocol/wire/frame.ts';
import { type Dating, learnDating, stepDating } from '../domain/dating.ts';
import type { Life } from '../domain/lives.ts';
import type { SystemDrive } from '../domain/low-drives.ts';
import { freshPresence, type PresenceMemory } from '../domain/presence.ts';
import type { CheckMemory } from '../domain/rules/check-memory.ts';
import { type DetectionState, freshDetection } from '../domain/rules/detection.ts';
import { readDetection, readMap, type SavedDetection, saveDetection } from '../domain/rules/detection-json.ts';
import { redateDetection } from '../domain/rules/redate-detection.ts';
import { redateCheck } from './redate-check.ts';
import type { DeliveredRun, DeliveredRuns } from './runs.ts';

/** What must survive a restart; saved together with the journal position that it includes. Its fields are written by this file alone. */
export interface DeviceMemory {
  readonly version: 1;
  readonly presence: Readonly<PresenceMemory>;
  readonly detection: DetectionState;
  readonly dating: Dating | null;
  /** Date of the newest live report that rules have judged. */
  readonly judgedAt: number | null;
  readonly runs: DeliveredRuns;
  /** The newest state that says something of the machine itself, and since when it has been that. Absent in what older versions saved. */
  readonly settled?: SettledState;
  /** The system drive of a workstation; absent before it was reported. */
  readonly systemDrive?: SystemDrive;
  /** Runs that proved its key, in the order in which they first did. Absent in what older versions saved. */
  readonly lives?: Life[];
  /** Of the checks that its agent runs, by their ids. */
  readonly checks: Map<string, CheckMemory>;
}

/** A memory, and how far it is kept. */
export interface KeptMemory {
  readonly memory: DeviceMemory;
  /** Journal position up to which `memory` was complete when it was loaded: a replay skips what is older. */
  readonly loadedCursor: number;
  /** True if `memory` changed since it was saved. */
  readonly isDirty: boolean;
}

type Own<Type> = { -readonly [Field in keyof Type]: Type[Field] };

export interface SettledState {
  readonly state: PresenceState;
  readonly since: number;
}

export function freshDeviceMemory(): DeviceMemory {
  return {
    version: 1,
    presence: freshPresence(),
    detection: freshDetection(),
    dating: null,
    judgedAt: null,
    runs: [],
    checks: new Map(),
  };
}

/** JSON, in which maps are lists of pairs. */
export function writeDeviceMemory(memory: DeviceMemory): string {
  const { detection, checks } = memory;
  return JSON.stringify({ ...memory, detection: saveDetection(detection), checks: [...checks] } satisfies Saved);
}

/** What an older version saved lacks what is newer, and has maps and runs as objects. */
export function readDeviceMemory(json: string): DeviceMemory {
  const saved = JSON.parse(json) as Saved;
  const { presence, detection, runs, checks } = saved;
  return {
    ...saved,
    presence: { ...freshPresence(), ...presence },
    detection: readDetection(detection),
    runs: Array.isArray(runs) ? runs : Object.entries(runs).map(([runId, run]) => ({ runId, ...run })),
    checks: readMap(checks),
  };
}

interface Saved extends Omit<DeviceMemory, 'detection' | 'runs' | 'checks'> {
  readonly detection: SavedDetection;
  readonly runs: DeliveredRuns | { readonly [runId: string]: Omit<DeliveredRun, 'runId'> };
  readonly checks?: [string, CheckMemory][];
}

export function memoryChanged(kept: KeptMemory): void {
  const own: Own<KeptMemory> = kept;
  own.isDirty = true;
}

export function memorySaved(kept: KeptMemory): void {
  const own: Own<KeptMemory> = kept;
  own.isDirty = false;
}

/** The clocks of the agent were heard, at `receivedAt` of ours (ms). Returns how its reports are dated now, until the next ones are heard. */
export function learnClocks(memory: DeviceMemory, bootId: string, clocks: Clocks, receivedAt: number): Dating {
  const own: Own<DeviceMemory> = memory;
  if (own.dating?.bootId === bootId) stepDating(own.dating, clocks, receivedAt);
  else own.dating = learnDating(own.dating, bootId, clocks, receivedAt);
  return own.dating;
}

/** Rules have judged a live report of this date (ms). */
export function judgedUpTo(memory: DeviceMemory, at: number): void {
  const own: Own<DeviceMemory> = memory;
  own.judgedAt = at;
}

export function driveSeen(memory: DeviceMemory, drive: SystemDrive): void {
  const own: Own<DeviceMemory> = memory;
  own.systemDrive = drive;
}

export function settledAs(memory: DeviceMemory, settled: SettledState): void {
  const own: Own<DeviceMemory> = memory;
  own.settled = settled;
}

export function goodbyeSaid({ presence }: DeviceMemory, announced: PresenceMemory['announced']): void {
  const own: PresenceMemory = presence;
  own.announced = announced;
}

export function othersSaid({ presence }: DeviceMemory, opinions: PresenceMemory['opinions']): void {
  const own: PresenceMemory = presence;
  own.opinions = opinions;
}

/** Neighbours reached it then (ms) while it was well, or could not (null). */
export function reachedByPeers({ presence }: DeviceMemory, at: number | null): void {
  const own: PresenceMemory = presence;
  own.reachedByPeersAt = at;
}

/** Made if the memory is of an older version. */
export function livesIn(memory: DeviceMemory): Life[] {
  const own: Own<DeviceMemory> = memory;
  own.lives ??= [];
  return own.lives;
}

/** The machine that is judged is another one from now on. */
export function machineReplaced(memory: DeviceMemory, lives: Life[], dating: Dating | null): void {
  const own: Own<DeviceMemory> = memory;
  own.lives = lives;
  // A copy: it is stepped in place, and somebody else may remember this one.
  own.dating = dating && { ...dating };
}

export function detectionRestored(memory: DeviceMemory, detection: DetectionState): void {
  const own: Own<DeviceMemory> = memory;
  own.detection = detection;
}

/** The server's clock was set by `sizeMs`. @param now after the step, ms */
export function redateMemory(of: DeviceMemory, sizeMs: number, now: number): void {
  const memory: Own<DeviceMemory> = of;
  const { detection, dating, checks } = memory;
  const presence: PresenceMemory = memory.presence;
  const moved = (at: number): number => Math.min(now, at + sizeMs);
  const movedOrNull = (at: number | null): number | null => (at === null ? null : moved(at));
  const kept = (at: number): number => Math.min(now, at);
  if (presence.last) presence.last = { ...presence.last, at: moved(presence.last.at) };
  const lastAt = presence.last?.at ?? now;
  if (presence.first) presence.first = { ...presence.first, at: Math.min(lastAt, presence.first.at) };
  if (presence.upFrom !== null) presence.upFrom = Math.min(lastAt, presence.upFrom);
  if (presence.announced) presence.announced = { ...presence.announced, at: moved(presence.announced.at) };
  presence.opinions = presence.opinions.map((opinion) => ({
    ...opinion,
    from: moved(opinion.from),
    to: moved(opinion.to),
    seen: opinion.seen.map(moved),
  }));
  presence.gaps = presence.gaps.filter(({ before, after }) => Math.max(before.at, after?.at ?? 0) <= lastAt);
  if (presence.unexpectedRebootAt !== null) presence.unexpectedRebootAt = kept(presence.unexpectedRebootAt);
  if (presence.reachedByPeersAt) presence.reachedByPeersAt = moved(presence.reachedByPeersAt);
  memory.judgedAt = movedOrNull(memory.judgedAt);
  if (memory.settled) memory.settled = { ...memory.settled, since: kept(memory.settled.since) };
  if (dating) {
    const { bootOffsetMs, clockOffsetMs, sampledAt } = dating;
    memory.dating = {
      ...dating,
      bootOffsetMs: bootOffsetMs + sizeMs,
      clockOffsetMs: clockOffsetMs - sizeMs,
      sampledAt: moved(sampledAt),
    };
  }
  redateDetection(detection, sizeMs, now);
  for (const run of memory.runs) run.at = kept(run.at);
  if (memory.lives)
    memory.lives = memory.lives.map((life) => ({ ...life, at: moved(life.at), firstAt: kept(life.firstAt) }));
  for (const check of checks.values()) redateCheck(check, sizeMs, now);
}
