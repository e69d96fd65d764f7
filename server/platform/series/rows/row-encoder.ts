import { ByteWriter } from '../codec/byte-writer.ts';
import type { StoredReport } from '../series-store.ts';
import { hostOfLane, LANE_BACKFILL, LANE_PAST, LANES, laneOf } from './lane.ts';
import { type KnownNames, type NewNames, type NumberedSchema, Numbers } from './numbers.ts';
import { advanceBase, CHAIN_ROWS, CHAIN_SPAN_MS, canFollow, makeBase, type RowBase, writeRow } from './row-writer.ts';

interface Host {
  readonly id: number;
  readonly deviceId: string;
  /** By lane; undefined before the first report since the start. */
  readonly chains: (Chain | null | undefined)[];
}

/** The end of a chain: what the next report is told by. */
interface Chain {
  readonly base: RowBase;
  schema: NumberedSchema;
  rows: number;
  /** Rows at which it ends. */
  limit: number;
  startedAt: number;
}

export interface EncodedBatch {
  /** The rows, and four bytes for their checksum. */
  readonly data: Uint8Array<ArrayBuffer>;
  readonly names: NewNames;
}

/** Of a report with some fifty metrics, of which ten have changed. */
const TYPICAL_ROW_BYTES = 110;

/**
 * Turns reports into rows and names into numbers. What was encoded last is on its way until {@link committed} or
 * {@link failed} is called: only then may the next batch be encoded.
 */
export class RowEncoder {
  readonly numbers: Numbers;
  readonly #hosts = new Map<string, Host>();
  readonly #hostById = new Map<number, Host>();
  #nextHost: number;
  #newHosts: { id: number; deviceId: string }[] = [];
  #touched: { host: Host; lane: number }[] = [];
  #keySchemas: NumberedSchema[] = [];

  constructor(known: KnownNames) {
    this.numbers = new Numbers(known);
    this.#nextHost = known.nextHost;
    for (const { id, deviceId } of known.hosts) this.#addHost(id, deviceId);
  }

  /**
   * Reports of before `pastMs` go to lanes of their own: raw reports of their time are no longer kept.
   * @throws RangeError for what no report may hold
   */
  encode(reports: readonly StoredReport[], pastMs: number): EncodedBatch {
    const writer = new ByteWriter(reports.length * TYPICAL_ROW_BYTES + 64);
    try {
      for (let index = 0; index < reports.length; index += 1) {
        this.#encode(writer, reports[index] as StoredReport, pastMs);
      }
    } catch (cause) {
      this.failed();
      throw cause;
    }
    writer.skip(4);
    const { metrics, schemas } = this.numbers.news;
    return { data: writer.finish(), names: { hosts: this.#newHosts, metrics, schemas } };
  }

  committed(position: number): void {
    this.#newHosts = [];
    this.numbers.announced(position);
    for (const schema of this.#keySchemas) schema.usedAt = position;
    this.#touched = [];
    this.#keySchemas = [];
  }

  /** Nothing of the last batch is kept: the lanes that it touched begin anew, and its names are told again. */
  failed(): void {
    for (const { host, lane } of this.#touched) host.chains[lane] = null;
    this.#touched = [];
    this.#keySchemas = [];
  }

  /** Ends the chain of a lane (see lane.ts). */
  renew(lane: number): void {
    const host = this.#hostById.get(hostOfLane(lane));
    if (host) host.chains[laneOf(lane)] = null;
  }

  /** Ends the chains of all lanes. */
  renewAll(): void {
    for (const { chains } of this.#hosts.values()) {
      for (const [lane, chain] of chains.entries()) if (chain) chains[lane] = null;
    }
  }

  /** Undefined if the device has no number. */
  hostOf(deviceId: string): number | undefined {
    return this.#hosts.get(deviceId)?.id;
  }

  hosts(): { readonly id: number; readonly deviceId: string }[] {
    return [...this.#hostById.values()];
  }

  deviceOf(host: number): string | undefined {
    return this.#hostById.get(host)?.deviceId;
  }

  /** The number of the device is never used again. */
  removeHost(deviceId: string): void {
    const host = this.#hosts.get(deviceId);
    if (!host) return;
    this.#hosts.delete(deviceId);
    this.#hostById.delete(host.id);
    this.#newHosts = this.#newHosts.filter(({ id }) => id !== host.id);
  }

  #encode(writer: ByteWriter, report: StoredReport, pastMs: number): void {
    const host = this.#hosts.get(report.deviceId) ?? this.#newHost(report.deviceId);
    const lane = (report.backfill ? LANE_BACKFILL : 0) | (report.at < pastMs ? LANE_PAST : 0);
    const schema = this.numbers.schemaOf(report.metrics);
    const chain = host.chains[lane];
    this.#touched.push({ host, lane });
    if (
      chain &&
      chain.rows < chain.limit &&
      chain.schema === schema &&
      Math.abs(report.at - chain.startedAt) <= CHAIN_SPAN_MS &&
      canFollow(chain.base, report)
    ) {
      writeRow(writer, host.id, lane, chain.rows, schema.id, report, chain.base);
      chain.rows += 1;
      advanceBase(chain.base, report);
      return;
    }
    writeRow(writer, host.id, lane, 0, schema.id, report, null);
    this.#keySchemas.push(schema);
    // The first chain of a host is shorter by its number, so that the blocks of a fleet are not all sealed at once.
    const limit = chain === undefined ? CHAIN_ROWS - (host.id % (CHAIN_ROWS / 2)) : CHAIN_ROWS;
    host.chains[lane] = { base: makeBase(report), schema, rows: 1, limit, startedAt: report.at };
  }

  #newHost(deviceId: string): Host {
    const id = this.#nextHost++;
    this.#newHosts.push({ id, deviceId });
    return this.#addHost(id, deviceId);
  }

  #addHost(id: number, deviceId: string): Host {
    const host: Host = { id, deviceId, chains: new Array(LANES) };
    this.#hosts.set(deviceId, host);
    this.#hostById.set(id, host);
    return host;
  }
}
