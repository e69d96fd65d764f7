import { ProtocolError, VigiaError } from '../../protocol/error.ts';
import { noSuch } from '../../protocol/said/refused.ts';
import type { MetricDescriptor } from '../../protocol/wire/metric.ts';
import { indexSchema, type Reading, type SchemaIndex } from '../domain/reading.ts';
import { everyClient } from '../domain/scope.ts';
import type { StoredReport } from '../platform/series/series-store.ts';
import type { Store, StoreHandle } from '../platform/store/store.ts';
import type { Row } from '../platform/store/tables.ts';
import { Blindness } from './blindness.ts';
import { identify, type Placement } from './device-identity.ts';
import { type DeviceRecord, makeRecord } from './device-record.ts';
import { renewLatest, replaceLatest } from './device-shown.ts';

/** Every device that is not retired, with the clients and sites it belongs to, in memory. */
export class Fleet {
  readonly devices = new Map<string, DeviceRecord>();
  readonly blindness = new Blindness();
  readonly #byKey = new Map<string, DeviceRecord>();
  readonly #retiredKeys = new Set<string>();
  clients: ReadonlyMap<string, Row<'client'>> = new Map();
  sites: ReadonlyMap<string, Row<'site'>> = new Map();
  users: readonly { readonly id: string; readonly name: string }[] = [];
  readonly #store: Store;
  readonly #schemas = new WeakMap<readonly MetricDescriptor[], SchemaIndex>();

  constructor(store: Store) {
    this.#store = store;
  }

  async load(): Promise<void> {
    const all = this.#store.scoped(everyClient);
    await this.loadCatalogue();
    const saved = new Map((await all.deviceStates.all()).map((row) => [row.device_id, row]));
    const placements = Map.groupBy(await all.devices.placements(), ({ device_id }) => device_id);
    for (const info of await all.devices.all())
      this.#add(makeRecord(info, saved.get(info.id) ?? null, this.blindness, placements.get(info.id)));
    for (const info of await all.devices.retired()) this.#retiredKeys.add(keyOf(info.public_key));
  }

  async loadCatalogue(): Promise<void> {
    this.takeCatalogue(await readCatalogue(this.#store));
  }

  takeCatalogue({ clients, sites, users }: Catalogue): void {
    this.clients = clients;
    this.sites = sites;
    this.users = users;
  }

  /** Follows a change of the device's row. Returns the record, or null if it is retired now. */
  async reload(deviceId: string): Promise<DeviceRecord | null> {
    const all = this.#store.scoped(everyClient);
    const info = await all.devices.get(deviceId);
    if (info && info.retired_at === null)
      return this.take(info, await all.deviceStates.get(deviceId), await all.devices.placements(deviceId));
    this.forget(deviceId);
    return null;
  }

  /** Takes a device's row as it is now, and where it was before; `saved` is its memory, for one that is new here. */
  take(info: Row<'device'>, saved: Row<'device_state'> | null, placements: readonly Placement[] = []): DeviceRecord {
    const known = this.devices.get(info.id);
    if (!known) return this.#add(makeRecord(info, saved, this.blindness, placements));
    this.#byKey.delete(keyOf(known.info.public_key));
    identify(known, info, placements);
    this.#byKey.set(keyOf(info.public_key), known);
    return known;
  }

  /** The device was retired in the store. Returns what was known of it. */
  forget(deviceId: string): DeviceRecord | undefined {
    const known = this.devices.get(deviceId);
    if (known) this.#drop(known);
    return known;
  }

  /** The device that proves itself with this raw Ed25519 key. @throws VigiaError agent_unknown, agent_retired */
  byPublicKey(publicKey: Uint8Array): DeviceRecord {
    const key = keyOf(publicKey);
    const record = this.#byKey.get(key);
    if (record) return record;
    throw new VigiaError(this.#retiredKeys.has(key) ? 'agent_retired' : 'agent_unknown');
  }

  /** @throws VigiaError not_found */
  require(deviceId: string): DeviceRecord {
    const record = this.devices.get(deviceId);
    if (!record) throw noSuch('device');
    return record;
  }

  /** The newest journal position that any device's saved memory includes, or `atLeast`. */
  newestCursor(atLeast: number): number {
    let newest = atLeast;
    for (const { loadedCursor } of this.devices.values()) newest = Math.max(newest, loadedCursor);
    return newest;
  }

  /** Takes a report as the newest one of its device. @throws ProtocolError report_invalid */
  setLatest(record: DeviceRecord, report: StoredReport): void {
    if (!renewLatest(record, report)) replaceLatest(record, this.read(report), report.clocks.bootMs);
  }

  /** A report by its schema. @throws ProtocolError report_invalid */
  read({ at, metrics, scaled }: StoredReport): Reading {
    if (metrics.length !== scaled.length) {
      throw new ProtocolError(
        'report_invalid',
        `The report has ${scaled.length} values, its schema ${metrics.length}.`,
      );
    }
    return { at, schema: this.indexOf(metrics), scaled };
  }

  indexOf(metrics: readonly MetricDescriptor[]): SchemaIndex {
    let index = this.#schemas.get(metrics);
    if (!index) {
      index = indexSchema(metrics);
      this.#schemas.set(metrics, index);
    }
    return index;
  }

  #add(record: DeviceRecord): DeviceRecord {
    this.devices.set(record.info.id, record);
    const key = keyOf(record.info.public_key);
    this.#byKey.set(key, record);
    this.#retiredKeys.delete(key);
    return record;
  }

  #drop(record: DeviceRecord): void {
    this.devices.delete(record.info.id);
    const key = keyOf(record.info.public_key);
    this.#byKey.delete(key);
    this.#retiredKeys.add(key);
  }
}

function keyOf(publicKey: Uint8Array): string {
  return Buffer.from(publicKey).toString('base64url');
}

/** Clients, sites and people, as they are known by their ids. */
export interface Catalogue {
  readonly clients: Fleet['clients'];
  readonly sites: Fleet['sites'];
  readonly users: Fleet['users'];
}

/** What stands in the store, or is to stand when the transaction of this handle is committed. */
export async function readCatalogue(handle: Pick<StoreHandle, 'scoped' | 'users'>): Promise<Catalogue> {
  const all = handle.scoped(everyClient);
  return {
    clients: new Map((await all.clients.all()).map((row) => [row.id, row])),
    sites: new Map((await all.sites.all()).map((row) => [row.id, row])),
    users: (await handle.users.list()).map(({ id, name }) => ({ id, name })),
  };
}
