import type { IncidentRecord } from '../../domain/incidents/incident.ts';

/** Incidents as others look them up. */
export type Incidents = Pick<IncidentIndex, 'byKey' | 'byId' | 'openOf' | 'open'>;

/** The newest incident of each key, and the open ones of each device. */
export class IncidentIndex {
  readonly #newest = new Map<string, IncidentRecord>();
  readonly #openByDevice = new Map<string, Map<string, IncidentRecord>>();

  /** The newest incident of a key, as far as it still matters. */
  byKey(key: string): IncidentRecord | null {
    return this.#newest.get(key) ?? null;
  }

  /** An incident that is open, or was lately. */
  byId(id: string): IncidentRecord | null {
    for (const record of this.#newest.values()) if (record.id === id) return record;
    return null;
  }

  /** Open or acknowledged incidents of a device. */
  openOf(deviceId: string): Iterable<IncidentRecord> {
    return this.#openByDevice.get(deviceId)?.values() ?? [];
  }

  /** Every open or acknowledged incident. */
  *open(): Iterable<IncidentRecord> {
    for (const record of this.#newest.values()) if (record.state !== 'resolved') yield record;
  }

  /** Open, or over lately. */
  known(): Iterable<IncidentRecord> {
    return this.#newest.values();
  }

  /** What stands under a key from now on; null if nothing does. */
  set(key: string, record: IncidentRecord | null): void {
    const before = this.#newest.get(key);
    if (before) this.#close(before);
    if (record === null) {
      this.#newest.delete(key);
      return;
    }
    this.#newest.set(key, record);
    if (!record.deviceId || record.state === 'resolved') return;
    const open = this.#openByDevice.get(record.deviceId) ?? new Map<string, IncidentRecord>();
    this.#openByDevice.set(record.deviceId, open.set(record.id, record));
  }

  /** Forgets what was resolved at `before` or earlier. */
  prune(before: number): void {
    for (const [key, { resolvedAt }] of this.#newest) {
      if (resolvedAt !== null && resolvedAt < before) this.#newest.delete(key);
    }
  }

  #close({ id, deviceId }: IncidentRecord): void {
    const open = deviceId === null ? undefined : this.#openByDevice.get(deviceId);
    if (deviceId === null || !open?.delete(id)) return;
    if (open.size === 0) this.#openByDevice.delete(deviceId);
  }
}
