import fc from 'fast-check';
import { describe, type MetricDescriptor } from '../../protocol/wire/metric.ts';
import type { Columns } from '../../server/platform/series/columns.ts';

/** Metric numbers of made-up columns: two gauges and two counters. */
export const someMetrics: ReadonlyMap<number, MetricDescriptor> = new Map([
  [3, describe('cpu.busy')],
  [7, describe('memory.available')],
  [8, describe('net.rxBytes', 'eth0')],
  [20, describe('load.1')],
  [300, describe('disk.reads', 'sda')],
]);

const FIRST_AT = 1_800_000_000_000;
const runs = [
  { runId: '00112233445566778899aabbccddeeff', bootId: 'boot-1' },
  { runId: 'ffeeddccbbaa99887766554433221100', bootId: 'boot-2' },
];

/** Reports out of rows: time after the first ms, sequence, and the metrics' values in the order of their numbers (null: a gap). */
export function columnsOf(rows: readonly (readonly [atMs: number, sequence: number, ...(number | null)[]])[]): Columns {
  const last = FIRST_AT + (rows.at(-1)?.[0] ?? 0);
  const values = new Map<number, Float64Array>();
  [...someMetrics.keys()].forEach((metricId, index) => {
    const column = Float64Array.from(rows, (row) => row[index + 2] ?? Number.NaN);
    if (!column.every(Number.isNaN)) values.set(metricId, column);
  });
  return {
    at: Float64Array.from(rows, ([at]) => FIRST_AT + at),
    sequence: Float64Array.from(rows, ([, sequence]) => sequence),
    runs,
    run: Uint16Array.from(rows, ([, sequence]) => (sequence >= 1000 ? 1 : 0)),
    backfill: Uint8Array.from(rows, ([, sequence]) => sequence % 2),
    values,
    newest: { receivedAt: last + 3, clockOffsetMs: -12, wallMs: last - 12, monotonicMs: 5000, bootMs: 6000 },
  };
}

/** Some of the reports, as a block of its own. */
export function someOf(columns: Columns, isWanted: (index: number) => boolean): Columns {
  const places = [...columns.at.keys()].filter(isWanted);
  const pick = (values: Float64Array) => Float64Array.from(places, (place) => values[place] as number);
  return {
    ...columns,
    at: pick(columns.at),
    sequence: pick(columns.sequence),
    run: Uint16Array.from(places, (place) => columns.run[place] as number),
    backfill: Uint8Array.from(places, (place) => columns.backfill[place] as number),
    values: new Map([...columns.values].map(([metricId, values]) => [metricId, pick(values)])),
  };
}

/** Reports of some hours: gaps in time and in values, counters that fall, two runs. */
export const anyColumns: fc.Arbitrary<Columns> = fc
  .array(
    fc.record({
      step: fc.oneof(
        { weight: 8, arbitrary: fc.integer({ min: 5_000, max: 15_000 }) },
        { weight: 2, arbitrary: fc.integer({ min: 1, max: 2_000_000 }) },
        { weight: 1, arbitrary: fc.constant(900_000) },
      ),
      gauges: fc.array(fc.option(fc.integer({ min: 0, max: 10_000 }), { freq: 8 }), { minLength: 3, maxLength: 3 }),
      growths: fc.array(fc.option(fc.integer({ min: -5, max: 4000 }), { freq: 8 }), { minLength: 2, maxLength: 2 }),
    }),
    { minLength: 1, maxLength: 80 },
  )
  .map((steps) => {
    let at = 0;
    const counters = [500, 2 ** 40];
    return columnsOf(
      steps.map(({ step, gauges, growths }, index) => {
        at += step;
        const readings = growths.map((growth, which) => {
          if (growth === null) return null;
          counters[which] = growth < 0 ? -growth : (counters[which] as number) + growth;
          return counters[which] as number;
        });
        const [busy = null, memory = null, load = null] = gauges;
        const [rx = null, reads = null] = readings;
        return [
          at,
          index < 40 ? index + 1 : index + 1000,
          busy,
          memory === null ? null : memory * 4096,
          rx,
          load,
          reads,
        ];
      }),
    );
  });
