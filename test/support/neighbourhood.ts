import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import type { Test } from 'tap';
import { plain } from '../../protocol/said/plain.ts';
import { parseSaid } from '../../protocol/said/read.ts';
import { everyClient } from '../../server/domain/scope.ts';
import { heard, linkOpened } from '../../server/fleet/device-connection.ts';
import type { DeviceRecord } from '../../server/fleet/device-record.ts';
import { openStore } from '../../server/platform/store/store.ts';
import { type Core, CoreAgent, type CoreOptions, startCore } from './core.ts';
import { FakeClock } from './fake-clock.ts';
import { disk } from './reading.ts';
import { addTenant } from './store.ts';
import { tempDir } from './temp-dir.ts';

const START = Date.UTC(2026, 2, 1);
const healthy = { ...disk('/', 100, 50), 'cpu.busy': 0.1 };

/** What nobody asks of these machines. */
const unsaid = { peer: null, intervalMs: null };

/** Clients with a site of so many servers each, all of them heard of until the test silences them. */
export class Neighbourhood {
  readonly core: Core;
  readonly clock: FakeClock;
  /** By site, in the order given. */
  readonly sites: readonly (readonly DeviceRecord[])[];
  readonly #silent = new Set<DeviceRecord>();
  readonly #agents = new Map<DeviceRecord, CoreAgent>();

  private constructor(core: Core, clock: FakeClock, sites: readonly (readonly DeviceRecord[])[]) {
    this.core = core;
    this.clock = clock;
    this.sites = sites;
  }

  static async start(
    t: Test,
    sizes: readonly number[],
    presence: CoreOptions['presence'] = {},
    dir = tempDir(t),
  ): Promise<Neighbourhood> {
    const clock = new FakeClock(START);
    const store = await openStore({ path: `${dir}/state.db`, clock: () => START });
    const siteIds: string[] = [];
    for (const [index, size] of sizes.entries()) {
      const { site, client, token } = await addTenant(store, `Client ${index + 1}`);
      siteIds.push(site.id);
      for (let n = 2; n <= size; n += 1) {
        const device = {
          clientId: client.id,
          siteId: site.id,
          tokenId: token.id,
          kind: 'server',
          os: 'linux',
        } as const;
        const rest = {
          publicKey: randomBytes(32),
          machineId: 'machine',
          hostname: `c${index + 1}-${n}`,
          agentVersion: '0.1.0',
        };
        await store.scoped(everyClient).devices.insert({ ...device, ...rest });
      }
    }
    await store.close();
    const core = await startCore(t, { dir, clock, ...(presence ? { presence } : {}) });
    const all = [...core.fleet.devices.values()];
    const sites = siteIds.map((id) => all.filter(({ info }) => info.site_id === id));
    const scene = new Neighbourhood(core, clock, sites);
    for (const [index, records] of sites.entries()) {
      for (const record of records) {
        const agent = new CoreAgent(START);
        agent.runId = record.info.id.replaceAll('-', '').slice(0, 32);
        agent.connect(record, clock.ms);
        linkOpened(record.connection, { ...unsaid, remoteAddress: `198.51.100.${index + 1}` }, clock.ms);
        scene.#agents.set(record, agent);
      }
    }
    await scene.report();
    await scene.pass(95_000);
    await scene.report();
    return scene;
  }

  /** The same machines before a server that was started on a copy of the data; who was silent still is. */
  movedTo(core: Core): Neighbourhood {
    const now = (record: DeviceRecord): DeviceRecord => core.fleet.require(record.info.id);
    const sites = this.sites.map((records) => records.map(now));
    const moved = new Neighbourhood(core, this.clock, sites);
    for (const [record, agent] of this.#agents) moved.#agents.set(now(record), agent);
    for (const record of this.#silent) moved.#silent.add(now(record));
    return moved;
  }

  /** Everybody who is not silent reports. */
  async report(): Promise<void> {
    for (const [record, agent] of this.#agents) {
      if (!this.#silent.has(record)) agent.offer(this.core, record, this.clock.ms, healthy);
    }
    await this.core.ingest.drain();
  }

  silence(...records: readonly DeviceRecord[]): void {
    for (const record of records) this.#silent.add(record);
  }

  /** These boot now: what they say next is of another boot, up for `upMs`. */
  reboot(upMs: number, ...records: readonly DeviceRecord[]): void {
    for (const record of records) {
      const agent = this.#agents.get(record);
      if (!agent) continue;
      agent.bootId = `boot-${randomBytes(4).toString('hex')}`;
      agent.runId = randomBytes(16).toString('hex');
      agent.sequence = 0;
      agent.bootedAt = this.clock.ms - upMs;
      agent.connect(record, this.clock.ms);
    }
  }

  /** These are heard of again, and report. */
  async wake(...records: readonly DeviceRecord[]): Promise<void> {
    for (const record of records) this.#silent.delete(record);
    for (const record of records) this.#agents.get(record)?.offer(this.core, record, this.clock.ms, healthy);
    await this.core.ingest.drain();
    for (const record of records) await this.core.watch.takeReturn(record);
  }

  /** These connect again, and have said nothing yet but who they are. */
  async connect(...records: readonly DeviceRecord[]): Promise<void> {
    for (const record of records) {
      this.#silent.delete(record);
      heard(record.connection, this.clock.ms);
      const { remoteAddress } = record.connection;
      linkOpened(record.connection, { ...unsaid, remoteAddress }, this.clock.ms);
      await this.core.watch.takeReturn(record);
    }
  }

  /** Time passes, with a tick a second; who is not silent answers pings. */
  async pass(durationMs: number): Promise<void> {
    for (let ms = 0; ms < durationMs; ms += 1_000) {
      this.clock.ms += 1_000;
      for (const record of this.#agents.keys()) if (!this.#silent.has(record)) heard(record.connection, this.clock.ms);
      await this.core.watch.tick();
    }
  }

  /** `contact high open` by rule and number. */
  async incidents(): Promise<Record<string, number>> {
    const { items } = await this.core.store.scoped(everyClient).incidents.list({ limit: 200, state: 'all' });
    const counts: Record<string, number> = {};
    for (const { rule, priority, state, parent_id, suppressed_by } of items) {
      const name = `${rule} ${priority} ${state}${parent_id ? ' child' : ''}${suppressed_by ? ` ${suppressed_by}` : ''}`;
      counts[name] = (counts[name] ?? 0) + 1;
    }
    return counts;
  }

  /** What was told by now: kind and rule. */
  async told(): Promise<string[]> {
    const { rows } = await sql<{ kind: string; rule: string }>`
      SELECT kind, json_extract(payload_json, '$.rule') AS rule FROM outbox WHERE due_at <= ${this.clock.ms} ORDER BY due_at, id
    `.execute(this.core.store.db);
    return rows.map(({ kind, rule }) => `${kind.replace('incident.', '')} ${rule}`);
  }

  async sentences(rule: string): Promise<string[]> {
    const { items } = await this.core.store.scoped(everyClient).incidents.list({ limit: 200, state: 'all' });
    return items.filter((one) => one.rule === rule).map(({ said_json }) => plain(parseSaid(said_json), this.clock.ms));
  }

  async blindness(): Promise<string[]> {
    const rows = await this.core.store.db.selectFrom('blindness').selectAll().orderBy('id').execute();
    return rows.map(
      ({ reason, site_id, end_ms }) => `${reason}${site_id ? ' site' : ''}${end_ms === null ? ' lasts' : ''}`,
    );
  }
}
