import type { MetricDescriptor } from '../../../../protocol/wire/metric.ts';
import { ByteWriter } from '../codec/byte-writer.ts';
import { Cursor } from '../codec/cursor.ts';
import type { NumberedMetric } from '../read-source.ts';
import type { KnownNames, NewNames } from '../rows/numbers.ts';
import type { Database } from './database.ts';
import { allOf } from './rows-of.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A host as the engine knows it. */
export interface Host {
  readonly id: number;
  readonly deviceId: string;
  /** Before this time its five-minute roll-ups are complete, ms. */
  rolledTo: number;
  /** The same of hours; the beginning of a day. */
  hoursTo: number;
}

const SEEN_EVERY_MS = DAY_MS;

/** Who and what the numbers in rows and blocks stand for: in tables, and in memory beside them. */
export class Directory {
  readonly #db: Database;
  readonly hosts = new Map<number, Host>();
  readonly #byDevice = new Map<string, Host>();
  readonly descriptors = new Map<number, MetricDescriptor>();
  readonly #named = new Map<string, NumberedMetric[]>();
  readonly #seenAt = new Map<number, number>();
  readonly #schemas = new Map<number, readonly number[]>();
  /** Hosts whose bytes are being freed. */
  readonly leaving = new Set<number>();
  readonly #statements;

  /** Reads the tables, and drops metrics that nothing has referred to for `keptMs`. */
  constructor(db: Database, now: number, keptMs: number) {
    this.#db = db;
    this.#statements = {
      host: db.sql.prepare('INSERT INTO host (id, device_id, rolled_to, hours_to) VALUES (?, ?, ?, ?)'),
      metric: db.sql.prepare('INSERT INTO metric (id, name, unit, kind, decimals, seen_at) VALUES (?, ?, ?, ?, ?, ?)'),
      schema: db.sql.prepare('INSERT INTO schema (id, metrics) VALUES (?, ?)'),
      forget: db.sql.prepare('DELETE FROM schema WHERE id = ?'),
      seen: db.sql.prepare('UPDATE metric SET seen_at = ? WHERE id = ?'),
      leave: db.sql.prepare('UPDATE host SET is_leaving = 1 WHERE id = ?'),
    };
    for (const row of db.sql.prepare('SELECT * FROM host').all()) {
      const id = row.id as number;
      if (row.is_leaving) this.leaving.add(id);
      else
        this.#addHost({
          id,
          deviceId: row.device_id as string,
          rolledTo: row.rolled_to as number,
          hoursTo: row.hours_to as number,
        });
    }
    for (const row of db.sql.prepare('SELECT id, metrics FROM schema').all()) {
      this.#schemas.set(row.id as number, readIds(row.metrics as Uint8Array));
    }
    this.#shedMetrics(now, keptMs);
    const metrics = db.sql.prepare('SELECT id, name, unit, kind, decimals, seen_at FROM metric');
    for (const { id, seen_at, ...descriptor } of allOf<MetricDescriptor & { id: number; seen_at: number }>(metrics)) {
      this.#addMetric(id, descriptor, seen_at);
    }
    // Without the names of its metrics a schema says nothing of the rows that refer to it.
    for (const [id, metrics] of this.#schemas) {
      if (!metrics.every((metric) => this.descriptors.has(metric))) this.#schemas.delete(id);
    }
  }

  /** What the main thread begins with. */
  known(): Omit<KnownNames, 'position'> {
    const next = new Map(
      this.#db.sql
        .prepare('SELECT name, seq FROM sqlite_sequence')
        .all()
        .map((row) => [row.name, (row.seq as number) + 1]),
    );
    return {
      hosts: [...this.hosts.values()].map(({ id, deviceId }) => ({ id, deviceId })),
      metrics: [...this.descriptors].map(([id, descriptor]) => ({ id, descriptor })),
      schemas: [...this.#schemas].map(([id, metrics]) => ({ id, metrics })),
      nextHost: next.get('host') ?? 1,
      nextMetric: next.get('metric') ?? 1,
      nextSchema: next.get('schema') ?? 1,
    };
  }

  hostOf(deviceId: string): Host | undefined {
    return this.#byDevice.get(deviceId);
  }

  named(name: string): readonly NumberedMetric[] {
    return this.#named.get(name) ?? [];
  }

  metricIds(schema: number): readonly number[] | undefined {
    return this.#schemas.get(schema);
  }

  countOf = (schema: number): number | undefined => this.#schemas.get(schema)?.length;

  /** Inside the transaction of a batch: writes what it names. To be followed by {@link learn} once that is committed. */
  write(names: NewNames, forget: readonly number[], now: number): void {
    const hour = floorTo(now, HOUR_MS);
    for (const { id, deviceId } of names.hosts) this.#statements.host.run(id, deviceId, hour, floorTo(now, DAY_MS));
    for (const { id, descriptor } of names.metrics) {
      const { name, unit, kind, decimals } = descriptor;
      this.#statements.metric.run(id, name, unit, kind, decimals, now);
    }
    for (const { id, metrics } of names.schemas) this.#statements.schema.run(id, writeIds(metrics));
    for (const id of forget) {
      this.#statements.forget.run(id);
      for (const metric of this.#schemas.get(id) ?? []) {
        if (now - (this.#seenAt.get(metric) ?? 0) >= SEEN_EVERY_MS) this.#statements.seen.run(now, metric);
      }
    }
  }

  learn(names: NewNames, forget: readonly number[], now: number): void {
    const hour = floorTo(now, HOUR_MS);
    for (const { id, deviceId } of names.hosts) {
      this.#addHost({ id, deviceId, rolledTo: hour, hoursTo: floorTo(now, DAY_MS) });
    }
    for (const { id, descriptor } of names.metrics) this.#addMetric(id, descriptor, now);
    for (const { id, metrics } of names.schemas) this.#schemas.set(id, metrics);
    for (const id of forget) {
      for (const metric of this.#schemas.get(id) ?? []) {
        if (now - (this.#seenAt.get(metric) ?? 0) >= SEEN_EVERY_MS) this.#seenAt.set(metric, now);
      }
      this.#schemas.delete(id);
    }
  }

  /** Puts a host out of reach, for good. @throws Error if that cannot be written */
  remove(id: number): void {
    const host = this.hosts.get(id);
    if (!host) return;
    this.#db.durable(() => this.#statements.leave.run(id));
    this.hosts.delete(id);
    this.#byDevice.delete(host.deviceId);
    this.leaving.add(id);
  }

  #addHost(host: Host): void {
    this.hosts.set(host.id, host);
    this.#byDevice.set(host.deviceId, host);
  }

  #addMetric(id: number, descriptor: MetricDescriptor, seenAt: number): void {
    this.descriptors.set(id, descriptor);
    this.#seenAt.set(id, seenAt);
    const { name } = descriptor;
    const named = this.#named.get(name);
    if (named) named.push({ id, descriptor });
    else this.#named.set(name, [{ id, descriptor }]);
  }

  /** Only at a start: nobody knows their numbers yet. */
  /** A time is believed as far as a report proves that it has come. */
  #shedMetrics(now: number, keptMs: number): void {
    const { newest } = this.#db.sql.prepare('SELECT max(seen_at) AS newest FROM metric').get() ?? {};
    const old = this.#db.sql
      .prepare('SELECT id FROM metric WHERE seen_at < ?')
      .all(Math.min(now, (newest as number | null | undefined) ?? now) - keptMs);
    if (old.length === 0) return;
    const used = new Set([...this.#schemas.values()].flat());
    const shed = this.#db.sql.prepare('DELETE FROM metric WHERE id = ?');
    this.#db.background(() => {
      for (const { id } of old) if (!used.has(id as number)) shed.run(id as number);
    });
  }
}

/** The multiple of `lengthMs` at or before a time. */
export function floorTo(ms: number, lengthMs: number): number {
  return Math.floor(ms / lengthMs) * lengthMs;
}

function writeIds(ids: readonly number[]): Uint8Array {
  const writer = new ByteWriter(ids.length * 3);
  for (const id of ids) writer.varint(id);
  return writer.finish();
}

function readIds(bytes: Uint8Array): number[] {
  const cursor = new Cursor(bytes);
  const ids: number[] = [];
  while (cursor.at < cursor.end) ids.push(cursor.varint());
  return ids;
}
