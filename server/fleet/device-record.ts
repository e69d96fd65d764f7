import { QuietDevice } from '../domain/rules/quiet-device.ts';
import type { Row } from '../platform/store/tables.ts';
import { Blindness } from './blindness.ts';
import { type DeviceConnection, freshConnection } from './device-connection.ts';
import type { DeviceIdentity, Placement } from './device-identity.ts';
import { freshDeviceMemory, type KeptMemory, readDeviceMemory } from './device-memory.ts';
import { type DeviceNotes, freshNotes } from './device-notes.ts';
import { type DeviceShown, freshShown } from './device-shown.ts';
import { InFlight } from './in-flight.ts';

/** A device as the server holds it in memory. Each part is written by the file of its type alone; everybody else reads. */
export interface DeviceRecord extends DeviceIdentity, KeptMemory, DeviceNotes, DeviceShown {
  readonly connection: DeviceConnection;
  /** When we could not see it. */
  readonly blindness: Blindness;
  readonly inFlight: InFlight;
  /** Goes with the detection of its memory. */
  readonly quiet: QuietDevice;
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
    loadedCursor: saved?.cursor ?? 0,
    isDirty: false,
    ...freshNotes(),
    ...freshShown(),
    connection: freshConnection(info.enrolled_at, memory.presence.last?.at ?? null),
    blindness,
    inFlight: new InFlight(),
    quiet: new QuietDevice(),
  };
}
