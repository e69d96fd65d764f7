import type { MetricDescriptor } from '../protocol/wire/metric.ts';
import { encodeBlock, openBlock } from '../server/platform/series/block/raw-block.ts';
import { encodeBuckets } from '../server/platform/series/block/rollup-block.ts';
import { ByteWriter } from '../server/platform/series/codec/byte-writer.ts';
import { readColumn, writeColumn } from '../server/platform/series/codec/column.ts';
import type { Columns } from '../server/platform/series/columns.ts';
import type { Buckets } from '../server/platform/series/rollup/buckets.ts';
import { foldBuckets } from '../server/platform/series/rollup/combine.ts';
import { foldRaw, nothingBefore } from '../server/platform/series/rollup/fold.ts';
import { Machine, machineMetrics } from './load/machine.ts';
import { type Random, seeded } from './load/random.ts';

/**
 * The codec by itself, on made-up columns and on the made-up machine of the fleet: nanoseconds and bytes a sample, what opening
 * a block costs, and what a year of roll-ups takes.
 */
const COLUMNS = 60;
const REPORTS = 120;
const WINDOW_MS = 600;
const BLOCKS = 12;
const DAY_MS = 86_400_000;
const START = Date.UTC(2026, 9, 1);
const descriptors = new Map<number, MetricDescriptor>(machineMetrics.map((metric, index) => [index + 1, metric]));

/** Each makes the next value from the one before. */
const kinds: Record<string, { first: number; next(value: number, random: Random): number }> = {
  percentage: { first: 1200, next: (_, random) => Math.round(1000 + 800 * random()) },
  byteGauge: { first: 2 ** 32, next: (value, random) => value + 4096 * Math.round(200 * (random() - 0.5)) },
  counter: { first: 1e11, next: (value, random) => value + Math.floor(40_000 * (0.5 + random())) },
  idleCounter: { first: 1e7, next: (value, random) => value + (random() < 0.1 ? Math.ceil(50 * random()) : 0) },
  constant: { first: 250e9, next: (value) => value },
  temperature: {
    first: 450,
    next: (value, random) => value + (random() < 0.2 ? Math.round(10 * (random() - 0.5)) : 0),
  },
  uptime: { first: 86_400, next: (value) => value + 10 },
  random: { first: 0, next: (_, random) => Math.floor(65_536 * random()) },
};

export function run(): object {
  const perKind = Object.fromEntries(Object.keys(kinds).map((kind) => [kind, measureColumns(columnsOf(kind))]));
  const blocks = Array.from({ length: BLOCKS }, (_, seed) => machineReports(seed + 1, 10_000, REPORTS, START));
  const fast = Array.from({ length: BLOCKS }, (_, seed) => machineReports(seed + 1, 1000, REPORTS, START));
  return { perKind, blocks10s: measureBlocks(blocks), blocks1s: measureBlocks(fast), rollUps: measureRollUps() };
}

function columnsOf(kind: string): Float64Array[] {
  const random = seeded(kind.length);
  const { first, next } = kinds[kind] as (typeof kinds)[string];
  let value = first;
  return Array.from({ length: COLUMNS }, () =>
    Float64Array.from({ length: REPORTS }, () => {
      value = next(value, random);
      return value;
    }),
  );
}

function measureColumns(columns: readonly Float64Array[]): object {
  const encoded = columns.map(encodeColumn);
  const samples = columns.reduce((sum, { length }) => sum + length, 0);
  const bytes = encoded.reduce((sum, { length }) => sum + length, 0);
  return {
    bytesPerSample: rounded(bytes / samples),
    encodeNs: rounded(nanoseconds(() => encodeAll(columns)) / samples),
    decodeNs: rounded(nanoseconds(() => decodeAll(encoded)) / samples),
  };
}

/** Into one writer, as a block does. */
function encodeAll(columns: readonly Float64Array[]): void {
  const writer = new ByteWriter(65_536);
  for (const values of columns) writeColumn(writer, values);
}

/** Into one array, as queries do. */
function decodeAll(encoded: readonly Uint8Array[]): void {
  const into = new Float64Array(REPORTS);
  for (const bytes of encoded) readColumn(bytes, 0, bytes.length, REPORTS, into);
}

function encodeColumn(values: Float64Array): Uint8Array {
  const writer = new ByteWriter();
  writeColumn(writer, values);
  return writer.finish();
}

function measureBlocks(blocks: readonly Columns[]): object {
  const sealed = blocks.map(encodeBlock);
  const bytes = sealed.reduce((sum, { length }) => sum + length, 0);
  const samples = blocks.length * REPORTS * machineMetrics.length;
  const into = new Float64Array(REPORTS);
  const openTwo = (bytes: Uint8Array) => {
    const block = openBlock(bytes);
    block.at();
    block.column(9, into);
  };
  return {
    bytesPerSample: rounded(bytes / samples),
    encodeNs: rounded(nanoseconds(() => each(blocks, encodeBlock)) / samples),
    decodeNs: rounded(nanoseconds(() => each(sealed, (bytes) => openBlock(bytes).columns())) / samples),
    openUs: rounded(nanoseconds(() => each(sealed, openBlock)) / blocks.length / 1000),
    openAndTwoColumnsUs: rounded(nanoseconds(() => each(sealed, openTwo)) / blocks.length / 1000),
  };
}

function each<T>(items: readonly T[], work: (item: T) => unknown): void {
  for (const item of items) work(item);
}

/** A machine's day at 10 s as it is kept, and by that a year; the hours are those of 30 such days. */
function measureRollUps(): object {
  const days: Buckets[] = [];
  let bytes = 0;
  for (let seed = 1; seed <= 5; seed += 1) {
    const reports = machineReports(seed, 10_000, DAY_MS / 10_000, START);
    const day = foldRaw(reports, nothingBefore, descriptors, 300_000, START, START + DAY_MS);
    days.push(day);
    bytes += encodeBuckets(day).length;
  }
  const hours = days.map((day) => foldBuckets(day, 3_600_000, descriptors));
  const hourBytes = hours.reduce((sum, hour) => sum + encodeBuckets(hour).length, 0);
  const year = Math.round((365 * (bytes + hourBytes)) / days.length);
  return {
    fiveMinuteBytesPerDay: bytes / days.length,
    hourBytesPerDay: hourBytes / days.length,
    bytesPerHostYear: year,
  };
}

function machineReports(seed: number, intervalMs: number, count: number, from: number): Columns {
  const machine = new Machine(seed, intervalMs);
  const random = seeded(seed);
  const at = new Float64Array(count);
  const values = new Map([...descriptors.keys()].map((metricId) => [metricId, new Float64Array(count)]));
  for (let index = 0; index < count; index += 1) {
    // A timer is a few milliseconds late.
    at[index] = from + index * intervalMs + Math.floor(5 * random() ** 2);
    for (const [metricId, column] of values) column[index] = machine.scaled[metricId - 1] as number;
    machine.step();
  }
  return {
    at,
    sequence: Float64Array.from(at, (_, index) => index + 1),
    runs: [{ runId: 'ab'.repeat(16), bootId: '8d3c1b2a-0000-4000-8000-000000000001' }],
    run: new Uint16Array(count),
    backfill: new Uint8Array(count),
    values,
    newest: {
      receivedAt: at.at(-1) ?? 0,
      clockOffsetMs: 12,
      wallMs: START,
      monotonicMs: 86_400_000,
      bootMs: 86_400_000,
    },
  };
}

/** Time of one call: the quick ones among many short calls, between which others had the processor. */
function nanoseconds(work: () => void): number {
  const times: number[] = [];
  const end = performance.now() + WINDOW_MS;
  for (let before = performance.now(); before < end; ) {
    work();
    const after = performance.now();
    times.push(after - before);
    before = after;
  }
  times.sort((left, right) => left - right);
  return (times[Math.floor(times.length / 20)] ?? Number.NaN) * 1e6;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
