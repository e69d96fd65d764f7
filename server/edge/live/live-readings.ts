import { inScope, type Scope } from '../../domain/scope.ts';
import type { DeviceRecord } from '../../fleet/device-record.ts';
import type { Fleet } from '../../fleet/fleet.ts';
import type { LiveLook } from './port.ts';

/** Of the devices that are not on the screen but by whose readings it is sorted, so many are sent, and looked through, at a time. */
const REST_PER_MESSAGE = 100;
const REST_LOOKED_THROUGH = 1000;

/** What one page looks at, and which readings it has not been sent yet. */
export class LiveReadings {
  readonly #fleet: Pick<Fleet, 'devices'>;
  readonly #scope: Scope;
  #rows: ReadonlySet<DeviceRecord> = new Set();
  readonly #fresh = new Set<DeviceRecord>();
  #rest: Iterator<DeviceRecord> | null = null;
  /** The dates of the readings of the rest that the page has. */
  readonly #sent = new WeakMap<DeviceRecord, number>();
  /** The device whose page is open. */
  watched: DeviceRecord | null = null;

  constructor(fleet: Pick<Fleet, 'devices'>, scope: Scope) {
    this.#fleet = fleet;
    this.#scope = scope;
  }

  /** True while there is always something to send, however quiet the fleet is. */
  get hasMore(): boolean {
    return this.#rest !== null;
  }

  isNew(record: DeviceRecord): boolean {
    return this.#fresh.has(record);
  }

  /** Takes what the page says that it shows. Returns true if it has to be sent something that it did not look at before. */
  look({ deviceId, rows = [], rest = false }: LiveLook): boolean {
    const { devices } = this.#fleet;
    this.watched = this.#visible(deviceId === null ? undefined : devices.get(deviceId)) ?? null;
    const before = this.#rows;
    const now = new Set<DeviceRecord>();
    for (const id of rows) {
      const record = this.#visible(devices.get(id));
      if (!record) continue;
      now.add(record);
      if (!before.has(record)) this.#fresh.add(record);
    }
    this.#rows = now;
    if (!rest) this.#rest = null;
    else this.#rest ??= devices.values();
    return this.#fresh.size > 0 || this.#rest !== null;
  }

  /** Notes a new reading. Returns true if the page looks at it. */
  reported(record: DeviceRecord): boolean {
    if (record !== this.watched && !this.#rows.has(record)) return false;
    this.#fresh.add(record);
    return true;
  }

  /** The devices whose documents the page has to be sent: those that changed, and new readings of those it looks at. */
  take(changed: ReadonlySet<DeviceRecord>): DeviceRecord[] {
    const due = new Set<DeviceRecord>();
    for (const record of changed) if (inScope(this.#scope, record.info.client_id)) due.add(record);
    for (const record of this.#fresh) if (this.#isThere(record)) due.add(record);
    this.#fresh.clear();
    if (this.#rest) this.#takeRest(this.#rest, due);
    return [...due];
  }

  #takeRest(rest: Iterator<DeviceRecord>, due: Set<DeviceRecord>): void {
    let sent = 0;
    for (let count = 0; count < REST_LOOKED_THROUGH && sent < REST_PER_MESSAGE; count += 1) {
      const next = rest.next();
      if (next.done) {
        // Round and round: an iterator of a Map sees what was added meanwhile.
        this.#rest = this.#fleet.devices.values();
        return;
      }
      const record = next.value;
      const { latest } = record;
      if (!latest || this.#sent.get(record) === latest.at || !inScope(this.#scope, record.info.client_id)) continue;
      this.#sent.set(record, latest.at);
      due.add(record);
      sent += 1;
    }
  }

  #visible(record: DeviceRecord | undefined): DeviceRecord | undefined {
    return record && inScope(this.#scope, record.info.client_id) ? record : undefined;
  }

  #isThere(record: DeviceRecord): boolean {
    return this.#fleet.devices.get(record.info.id) === record;
  }
}
