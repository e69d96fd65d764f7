import type { CompiledQuery } from 'kysely';
import type { DeviceKind } from '../../../protocol/view.ts';
import type { Page, PageRequest } from '../page.ts';
import type { Row } from '../tables.ts';

export interface NewDevice {
  readonly clientId: string;
  readonly siteId: string;
  readonly tokenId: string;
  readonly kind: DeviceKind;
  readonly publicKey: Uint8Array;
  readonly machineId: string;
  readonly hostname: string;
  readonly os: string;
  readonly agentVersion: string;
}

/** What may change of a device; a site must be one of the device's own client. */
export interface DeviceChanges {
  readonly name?: string;
  readonly siteId?: string;
  readonly kind?: DeviceKind;
  readonly hostname?: string;
  readonly machineId?: string;
  readonly os?: string;
  readonly agentVersion?: string;
  readonly tokenId?: string;
  readonly inventory?: { readonly json: string; readonly atMs: number };
}

/** Machines with an agent. Lists leave retired ones out. */
export interface DeviceRepository {
  /** In the order of enrolment. */
  list(
    page: PageRequest & { readonly clientId?: string | undefined; readonly siteId?: string | undefined },
  ): Promise<Page<Row<'device'>>>;
  all(): Promise<Row<'device'>[]>;
  /** Retired ones too: see `retired_at`. */
  get(id: string): Promise<Row<'device'> | null>;
  /** The device with this raw Ed25519 key; if there is only a retired one, that, the latest. */
  byPublicKey(publicKey: Uint8Array): Promise<Row<'device'> | null>;
  /** Its name is the host name, its slug is made from it. @throws VigiaError not_found, conflict (key already enrolled) */
  insert(device: NewDevice): Promise<Row<'device'>>;
  /** @throws VigiaError not_found for the device, or for a site that is not of its client. */
  update(id: string, changes: DeviceChanges): Promise<Row<'device'>>;
  /** Keeps the history, forbids the agent. @throws VigiaError not_found if there is none or it is retired already. */
  retire(id: string): Promise<void>;
  /** Brings a retired device back under the same id. @throws VigiaError not_found if it is not retired, conflict */
  revive(id: string): Promise<Row<'device'>>;
  /** What the agent said of its machine, for {@link Store.commit}; changes nothing outside the scope. */
  inventoryStatement(id: string, inventory: { readonly json: string; readonly atMs: number }): CompiledQuery;
}
