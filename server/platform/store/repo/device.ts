import { randomUUID } from 'node:crypto';
import type { CompiledQuery } from 'kysely';
import type { Page, PageRequest } from '../../../../protocol/api/page.ts';
import type { DeviceKind } from '../../../../protocol/api/view.ts';
import { noSuch, refused } from '../../../../protocol/said/refused.ts';
import { said } from '../../../../protocol/said/said.ts';
import { clampLimit, decodeCursor, toPage } from '../page.ts';
import { after, found, inTransaction, ofScope, requireInScope, type ScopedContext } from '../scoping.ts';
import { freeSlug, slugify } from '../slug.ts';
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
  readonly tags?: readonly string[];
  readonly remoteUrl?: string | null;
  readonly expectedHours?: boolean;
}

/** The columns that an agent fills by itself; not all at once. */
export type AgentFacts = Partial<
  Pick<Row<'device'>, 'agent_version' | 'inventory_json' | 'inventory_at' | 'os' | 'hostname'>
>;

/** Machines with an agent. Lists leave retired ones out. */
export interface DeviceRepository {
  /** In the order of enrolment. */
  list(
    page: PageRequest & { readonly clientId?: string | undefined; readonly siteId?: string | undefined },
  ): Promise<Page<Row<'device'>>>;
  all(): Promise<Row<'device'>[]>;
  /** Those out of service, in the order of enrolment. */
  retired(): Promise<Row<'device'>[]>;
  /** Retired ones too: see `retired_at`. */
  get(id: string): Promise<Row<'device'> | null>;
  /** The device with this raw Ed25519 key; if there is only a retired one, that, the latest. */
  byPublicKey(publicKey: Uint8Array): Promise<Row<'device'> | null>;
  /** Its name is the host name, its slug is made from it. @throws VigiaError not_found, conflict (key already enrolled) */
  insert(device: NewDevice): Promise<Row<'device'>>;
  /** @throws VigiaError not_found for the device, or for a site that is not of its client. */
  update(id: string, changes: DeviceChanges): Promise<Row<'device'>>;
  /** Where devices were before, and their tags then, oldest first; of all devices or of one. */
  placements(id?: string): Promise<Row<'device_placement'>[]>;
  /** Keeps the history, forbids the agent. @throws VigiaError not_found if there is none or it is retired already. */
  retire(id: string): Promise<void>;
  /** Brings a retired device back under the same id. @throws VigiaError not_found if it is not retired, conflict */
  revive(id: string): Promise<Row<'device'>>;
  /** What the agent said of itself and its machine, for {@link Store.commit}; changes nothing outside the scope. */
  agentStatement(id: string, facts: AgentFacts): CompiledQuery;
}

export function deviceRepository(context: ScopedContext): DeviceRepository {
  return { ...deviceReading(context), ...deviceChanging(context) };
}

type Reading = Pick<DeviceRepository, 'list' | 'all' | 'retired' | 'get' | 'byPublicKey' | 'placements'>;

function deviceReading({ db, scope }: ScopedContext): Reading {
  const select = () => db.selectFrom('device').selectAll().where(ofScope(scope, 'device.client_id'));
  const active = () => select().where('retired_at', 'is', null).orderBy('enrolled_at').orderBy('id');
  return {
    async list({ limit, cursor, clientId, siteId }) {
      const size = clampLimit(limit);
      let query = active().limit(size + 1);
      if (clientId !== undefined) query = query.where('client_id', '=', clientId);
      if (siteId !== undefined) query = query.where('site_id', '=', siteId);
      if (cursor !== undefined) {
        query = query.where(after(['enrolled_at', 'id'], decodeCursor(cursor, ['number', 'string'])));
      }
      return toPage(await query.execute(), size, (row) => [row.enrolled_at, row.id]);
    },

    all: () => active().execute(),

    retired: () => select().where('retired_at', 'is not', null).execute(),

    get: async (id) => (await select().where('id', '=', id).executeTakeFirst()) ?? null,

    async byPublicKey(publicKey) {
      const rows = await select().where('public_key', '=', publicKey).orderBy('retired_at', 'desc').execute();
      return rows.find((row) => row.retired_at === null) ?? rows[0] ?? null;
    },

    placements(id) {
      const all = db.selectFrom('device_placement').selectAll().where(ofScope(scope, 'device_placement.client_id'));
      return (id === undefined ? all : all.where('device_id', '=', id)).orderBy('id').execute();
    },
  };
}

function deviceChanging({ db, scope, clock }: ScopedContext): Omit<DeviceRepository, keyof Reading> {
  const mine = ofScope(scope, 'device.client_id');
  return {
    insert: (device) =>
      inTransaction(db, async (tx) => {
        requireInScope(scope, device.clientId);
        await requireSite(tx, device.siteId, device.clientId);
        await requireFreeKey(tx, device.publicKey);
        const rows = await tx.selectFrom('device').select('slug').where('client_id', '=', device.clientId).execute();
        return tx
          .insertInto('device')
          .values({
            id: randomUUID(),
            client_id: device.clientId,
            site_id: device.siteId,
            slug: freeSlug(slugify(device.hostname, 'device'), new Set(rows.map((row) => row.slug))),
            name: device.hostname,
            kind: device.kind,
            public_key: device.publicKey,
            machine_id: device.machineId,
            hostname: device.hostname,
            os: device.os,
            agent_version: device.agentVersion,
            token_id: device.tokenId,
            enrolled_at: clock(),
            retired_at: null,
            inventory_json: null,
            inventory_at: null,
          })
          .returningAll()
          .executeTakeFirstOrThrow();
      }),

    update: (id, changes) =>
      inTransaction(db, async (tx) => {
        const device = found(
          await tx.selectFrom('device').selectAll().where(mine).where('id', '=', id).executeTakeFirst(),
          'device',
        );
        if (changes.siteId !== undefined) await requireSite(tx, changes.siteId, device.client_id);
        const row: Row<'device'> = {
          ...device,
          name: changes.name ?? device.name,
          site_id: changes.siteId ?? device.site_id,
          kind: changes.kind ?? device.kind,
          hostname: changes.hostname ?? device.hostname,
          machine_id: changes.machineId ?? device.machine_id,
          os: changes.os ?? device.os,
          agent_version: changes.agentVersion ?? device.agent_version,
          token_id: changes.tokenId ?? device.token_id,
          tags_json: changes.tags === undefined ? device.tags_json : JSON.stringify(changes.tags),
          remote_url: changes.remoteUrl === undefined ? device.remote_url : changes.remoteUrl,
          expected_hours: changes.expectedHours === undefined ? device.expected_hours : changes.expectedHours ? 1 : 0,
        };
        if (row.site_id !== device.site_id || row.tags_json !== device.tags_json) {
          const { client_id, site_id, tags_json } = device;
          const before = { client_id, device_id: id, until_ms: clock(), site_id, tags_json };
          await tx.insertInto('device_placement').values(before).execute();
        }
        await tx.updateTable('device').set(row).where('id', '=', id).execute();
        return row;
      }),

    async retire(id) {
      const result = await db
        .updateTable('device')
        .set({ retired_at: clock() })
        .where(mine)
        .where('id', '=', id)
        .where('retired_at', 'is', null)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw noSuch('device');
    },

    revive: (id) =>
      inTransaction(db, async (tx) => {
        const retired = tx.selectFrom('device').selectAll().where(mine).where('retired_at', 'is not', null);
        const device = found(await retired.where('id', '=', id).executeTakeFirst(), 'retired-device');
        await requireFreeKey(tx, device.public_key);
        await tx.updateTable('device').set({ retired_at: null }).where('id', '=', id).execute();
        return { ...device, retired_at: null };
      }),

    agentStatement: (id, facts) => db.updateTable('device').set(facts).where(mine).where('id', '=', id).compile(),
  };
}

async function requireSite(tx: ScopedContext['db'], siteId: string, clientId: string): Promise<void> {
  const site = tx.selectFrom('site').select('id').where('id', '=', siteId).where('client_id', '=', clientId);
  found(await site.executeTakeFirst(), 'client-site');
}

async function requireFreeKey(tx: ScopedContext['db'], publicKey: Uint8Array): Promise<void> {
  const holder = tx.selectFrom('device').select('id').where('public_key', '=', publicKey);
  if ((await holder.where('retired_at', 'is', null).executeTakeFirst()) !== undefined) {
    throw refused('conflict', said('refused.device.enrolled'));
  }
}
