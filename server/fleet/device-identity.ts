import type { Row } from '../platform/store/tables.ts';

/** Where a device was until then, and its tags. */
export type Placement = Pick<Row<'device_placement'>, 'until_ms' | 'site_id' | 'tags_json'>;

/** Who a device is: what stands of it in the state database. Only `identify` writes it. */
export interface DeviceIdentity {
  readonly info: Row<'device'>;
  /** Oldest first. */
  readonly placements: readonly Placement[];
}

type Own = { -readonly [Field in keyof DeviceIdentity]: DeviceIdentity[Field] };

/** Takes over what the database says now. */
export function identify(device: DeviceIdentity, info: Row<'device'>, placements = device.placements): void {
  const own: Own = device;
  own.info = info;
  own.placements = placements;
}
