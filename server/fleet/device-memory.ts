import type { PresenceState } from '../../protocol/api/view.ts';
import type { Dating } from '../domain/dating.ts';
import type { Life } from '../domain/lives.ts';
import type { SystemDrive } from '../domain/low-drives.ts';
import { freshPresence, type PresenceMemory } from '../domain/presence.ts';
import type { CheckMemory } from '../domain/rules/check-memory.ts';
import { type DetectionState, freshDetection } from '../domain/rules/detection.ts';
import { readDetection, readMap, type SavedDetection, saveDetection } from '../domain/rules/detection-json.ts';
import type { DeliveredRun, DeliveredRuns } from './runs.ts';

/** What must survive a restart; saved together with the journal position that it includes. */
export interface DeviceMemory {
  readonly version: 1;
  readonly presence: PresenceMemory;
  detection: DetectionState;
  dating: Dating | null;
  /** Date of the newest live report that rules have judged. */
  judgedAt: number | null;
  readonly runs: DeliveredRuns;
  /** The newest state that says something of the machine itself, and since when it has been that. Absent in what older versions saved. */
  settled?: SettledState;
  /** The system drive of a workstation; absent before it was reported. */
  systemDrive?: SystemDrive;
  /** Runs that proved its key, in the order in which they first did. Absent in what older versions saved. */
  lives?: Life[];
  /** Of the checks that its agent runs, by their ids. */
  readonly checks: Map<string, CheckMemory>;
}

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
