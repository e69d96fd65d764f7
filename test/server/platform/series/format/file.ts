import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { Bytes } from './bytes.ts';
import { type Column, readColumn } from './columns.ts';

/** A report as FORMAT.md says that it lies in the file; what blocks keep of the newest only is null for the others. */
export interface ReadReport {
  readonly device: string;
  readonly runId: string;
  readonly bootId: string;
  readonly sequence: number;
  readonly backfill: boolean;
  readonly at: number;
  readonly clocks: ReadClocks | null;
  /** By the name of the metric. */
  readonly scaled: ReadonlyMap<string, number>;
}

interface ReadClocks {
  readonly receivedAt: number;
  readonly clockOffsetMs: number;
  readonly wallMs: number;
  readonly monotonicMs: number;
  readonly bootMs: number;
}

/** A row of roll-ups: by column id, the values of its buckets. */
export interface ReadRollUp {
  readonly device: string;
  readonly bucketMs: number;
  readonly columns: ReadonlyMap<number, Column>;
}

const unsealed = (data: Uint8Array): Uint8Array => {
  const bytes = data.slice(0, -4);
  if (crc32(bytes) !== Buffer.from(data.slice(-4)).readUInt32LE()) throw new Error('a checksum does not match');
  return bytes;
};

const rowsOf = (file: DatabaseSync, sql: string): Record<string, unknown>[] => file.prepare(sql).all();

interface Names {
  readonly device: ReadonlyMap<number, string>;
  readonly metric: ReadonlyMap<number, string>;
  readonly schema: ReadonlyMap<number, readonly number[]>;
}

export function readNames(file: DatabaseSync): Names {
  const ids = (blob: Uint8Array): number[] => {
    const bytes = new Bytes(blob);
    const found: number[] = [];
    while (!bytes.isAtEnd) found.push(bytes.varint());
    return found;
  };
  return {
    device: new Map(rowsOf(file, 'SELECT * FROM host').map((row) => [Number(row.id), String(row.device_id)])),
    metric: new Map(rowsOf(file, 'SELECT * FROM metric').map((row) => [Number(row.id), String(row.name)])),
    schema: new Map(
      rowsOf(file, 'SELECT * FROM schema').map((row) => [Number(row.id), ids(row.metrics as Uint8Array)]),
    ),
  };
}

/** "Blocks". */
export function readBlocks(file: DatabaseSync, names: Names): ReadReport[] {
  return rowsOf(file, 'SELECT * FROM raw').flatMap((row) => {
    const bytes = new Bytes(unsealed(row.data as Uint8Array));
    if (bytes.byte() !== 2) throw new Error('another version of block');
    const count = bytes.varint();
    const evidence = new Bytes(bytes.take(bytes.varint()));
    const runs = Array.from({ length: evidence.varint() }, () => ({
      runId: evidence.hex(16),
      bootId: evidence.text(),
    }));
    const columns = readColumnSet(bytes, count);
    const own = (id: number, index: number) => columns.get(id)?.[index] ?? Number.NaN;
    const clocks = readClocks(evidence, own(0, count - 1));
    return Array.from({ length: count }, (_, index) => ({
      device: names.device.get(Number(row.host)) ?? '',
      ...(runs[own(2, index)] ?? { runId: '', bootId: '' }),
      sequence: own(1, index),
      backfill: own(3, index) === 1,
      at: own(0, index),
      clocks: index === count - 1 ? clocks : null,
      scaled: new Map(
        [...columns].flatMap(([id, values]) => {
          const value = values[index];
          return id < 4 || value === null || value === undefined ? [] : [[names.metric.get(id - 4) ?? '', value]];
        }),
      ),
    }));
  });
}

function readClocks(evidence: Bytes, at: number): ReadClocks {
  const receivedAt = evidence.zigzag() + at;
  const clockOffsetMs = evidence.zigzag();
  const wallMs = evidence.zigzag() + at;
  const monotonicMs = evidence.varint();
  return { receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs: evidence.zigzag() + monotonicMs };
}

function readColumnSet(bytes: Bytes, count: number): Map<number, Column> {
  const ids: number[] = [];
  let next = 0;
  for (let spans = bytes.varint(); spans > 0; spans -= 1) {
    next += bytes.varint();
    for (let left = bytes.varint(); left > 0; left -= 1) ids.push(next++);
  }
  const lengths = ids.map(() => bytes.varint());
  return new Map(ids.map((id, index) => [id, readColumn(bytes.take(lengths[index] ?? 0), count)]));
}

/** "Roll-ups". */
export function readRollUps(file: DatabaseSync, table: 'five_minute' | 'hour', names: Names): ReadRollUp[] {
  return rowsOf(file, `SELECT * FROM ${table}`).map((row) => {
    const bytes = new Bytes(unsealed(row.data as Uint8Array));
    if (bytes.byte() !== 2) throw new Error('another version of block');
    const count = bytes.varint();
    const bucketMs = bytes.varint();
    return { device: names.device.get(Number(row.host)) ?? '', bucketMs, columns: readColumnSet(bytes, count) };
  });
}

type Chain = Omit<ReadReport, 'scaled' | 'clocks'> & {
  readonly clocks: ReadClocks;
  readonly index: number;
  readonly metrics: readonly number[];
  readonly values: readonly (number | null)[];
};

/** "Journal": the rows of it that no block holds. */
export function readJournal(file: DatabaseSync, names: Names): ReadReport[] {
  const sealedTo = new Map(rowsOf(file, 'SELECT * FROM lane').map((row) => [Number(row.id), Number(row.sealed_to)]));
  const chains = new Map<number, Chain>();
  const found: ReadReport[] = [];
  for (const { position, data } of rowsOf(file, 'SELECT * FROM journal ORDER BY position')) {
    const bytes = new Bytes(unsealed(data as Uint8Array));
    for (let nth = 0; !bytes.isAtEnd; nth += 1) {
      const lane = bytes.varint();
      const index = bytes.byte();
      const length = bytes.byte() + 256 * bytes.byte();
      const body = new Bytes(bytes.take(length));
      const before = chains.get(lane);
      const device = names.device.get(Math.floor(lane / 4)) ?? '';
      const chain =
        index === 0
          ? readKey(body, device, lane, names)
          : before?.index === index - 1
            ? readDelta(body, before)
            : undefined;
      // What it builds on went with a batch that was no longer needed: it is in a block.
      if (!chain) continue;
      if (!body.isAtEnd) throw new Error('a row has bytes left over');
      chains.set(lane, chain);
      if (Number(position) * 65_536 + nth > (sealedTo.get(lane) ?? 0)) found.push(reportOf(chain, names));
    }
  }
  return found;
}

function reportOf({ index, metrics, values, ...chain }: Chain, names: Names): ReadReport {
  const there = values.flatMap((value, at): [string, number][] =>
    value === null ? [] : [[names.metric.get(metrics[at] ?? -1) ?? '', value]],
  );
  return { ...chain, scaled: new Map(there) };
}

function readKey(body: Bytes, device: string, lane: number, names: Names): Chain {
  const runId = body.hex(16);
  const bootId = body.text();
  const metrics = names.schema.get(body.varint()) ?? [];
  const sequence = body.varint();
  const at = body.varint();
  const receivedAt = at + body.zigzag();
  const clockOffsetMs = body.zigzag();
  const [wallMs, monotonicMs, bootMs] = [body.varint(), body.varint(), body.varint()];
  const clocks = { receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs };
  const values = marked(body, metrics.length).map((is) => (is ? body.zigzag() : null));
  return { device, runId, bootId, sequence, backfill: lane % 2 === 1, at, clocks, index: 0, metrics, values };
}

function readDelta(body: Bytes, before: Chain): Chain {
  const sequence = before.sequence + 1 + body.zigzag();
  const step = body.zigzag();
  const at = before.at + step;
  const receivedAt = at + (before.clocks.receivedAt - before.at) + body.zigzag();
  const clockOffsetMs = before.clocks.clockOffsetMs + body.zigzag();
  const wallMs = before.clocks.wallMs + step + body.zigzag();
  const monotonicMs = before.clocks.monotonicMs + step + body.zigzag();
  const bootMs = before.clocks.bootMs + step + body.zigzag();
  const isChanged = marked(body, before.metrics.length);
  const values = before.values.map((value, at) => {
    if (!isChanged[at]) return value;
    const change = body.zigzag();
    if (value === null) return change;
    return change === 0 ? null : value + change;
  });
  const clocks = { receivedAt, clockOffsetMs, wallMs, monotonicMs, bootMs };
  return { ...before, sequence, at, clocks, index: before.index + 1, values };
}

/** A bit a value, the lowest first. */
function marked(body: Bytes, count: number): boolean[] {
  const bits = body.take(Math.ceil(count / 8));
  return Array.from({ length: count }, (_, index) => (((bits[index >> 3] ?? 0) >> (index & 7)) & 1) === 1);
}
