import type { LossKind } from '../../protocol/api/view.ts';
import type { Said } from '../../protocol/said/said.ts';
import type { ProcessSample } from '../../protocol/wire/frame.ts';
import type { Reading } from '../domain/reading.ts';
import { QuietDevice } from '../domain/rules/quiet-device.ts';
import type { Row } from '../platform/store/tables.ts';
import { Blindness } from './blindness.ts';
import { type DeviceConnection, freshConnection } from './device-connection.ts';
import { type DeviceMemory, freshDeviceMemory, readDeviceMemory } from './device-memory.ts';
import { InFlight } from './in-flight.ts';

/** What the forecast says of a file system: when it is full (ms) and how fast, or why that is not said. */
export interface DiskForecastFigures {
  readonly fullAtMs: number | null;
  readonly bytesPerHour: number | null;
  /** 0..1 */
  readonly quality: number | null;
  readonly said: Said;
}

/** Hours that are gone from the series. */
export interface Loss {
  readonly kind: LossKind;
  /** Null where nobody can say whose they were. */
  readonly deviceId: string | null;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly foundAt: number;
}

/** A reading that is brought up to date in place. */
export interface LatestReading extends Reading {
  at: number;
  readonly scaled: (number | null)[];
}

/** Where a device was until then, and its tags. */
export type Placement = Pick<Row<'device_placement'>, 'until_ms' | 'site_id' | 'tags_json'>;

/** A device as the server holds it in memory. */
export interface DeviceRecord {
  info: Row<'device'>;
  /** Oldest first. */
  placements: readonly Placement[];
  readonly memory: DeviceMemory;
  readonly connection: DeviceConnection;
  /** Journal position up to which `memory` was complete when it was loaded: a replay skips what is older. */
  readonly loadedCursor: number;
  /** True if `memory` changed since it was saved. */
  isDirty: boolean;
  /** Newest report. The object stays while the schema does: whoever compares readings asks for their dates. */
  latest: LatestReading | null;
  latestBootMs: number | null;
  processes: { readonly at: number; readonly items: readonly ProcessSample[] } | null;
  /** When others were asked about it last, and when it was asked about another. */
  askedAt: number | null;
  probedAt: number;
  /** When neighbours last tried to reach it while it was well. */
  rehearsedAt: number;
  /** When another machine last tried to be this one. */
  clonedAt: number | null;
  /** When we could not see it. */
  readonly blindness: Blindness;
  /** A maintenance window covers it now. */
  inMaintenance: boolean;
  readonly inFlight: InFlight;
  /** Goes with the detection of its memory. */
  readonly quiet: QuietDevice;
  /** By mount point; empty until they were looked at. */
  diskForecasts: ReadonlyMap<string, DiskForecastFigures>;
  /** What is gone of its history, oldest first. */
  lostHistory: readonly Loss[];
}

export function makeRecord(
  info: Row<'device'>,
  saved: Row<'device_state'> | null,
  blindness = new Blindness(),
  placements: readonly Placement[] = [],
): DeviceRecord {
  const memory = saved ? readDeviceMemory(saved.state_json) : freshDeviceMemory();
  return {
    info,
    placements,
    memory,
    connection: freshConnection(info.enrolled_at, memory.presence.last?.at ?? null),
    loadedCursor: saved?.cursor ?? 0,
    isDirty: false,
    latest: null,
    latestBootMs: null,
    processes: null,
    askedAt: null,
    probedAt: Number.NEGATIVE_INFINITY,
    rehearsedAt: Number.NEGATIVE_INFINITY,
    clonedAt: null,
    blindness,
    inMaintenance: false,
    inFlight: new InFlight(),
    quiet: new QuietDevice(),
    diskForecasts: new Map(),
    lostHistory: [],
  };
}
