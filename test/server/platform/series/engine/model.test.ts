import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { describe, type MetricDescriptor } from '../../../../../protocol/wire/metric.ts';
import type { StoredReport } from '../../../../../server/platform/series/series-store.ts';
import { openTestSeries } from '../../../../support/open-test-series.ts';
import { storedReport } from '../../../../support/stored-report.ts';
import { storedReports } from '../../../../support/stored-reports.ts';
import { tempDir } from '../../../../support/temp-dir.ts';
import { START } from '../conformance.ts';

const MINUTE = 60_000;
const schemas: readonly MetricDescriptor[][] = [
  [describe('cpu.busy'), describe('net.rxBytes', 'eth0')],
  [describe('cpu.busy'), describe('net.rxBytes', 'eth0'), describe('load.1')],
  [describe('load.1')],
];

type Step =
  | { readonly kind: 'append'; readonly reports: readonly Choice[] }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'restart' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'release' };

interface Choice {
  readonly host: number;
  readonly schema: number;
  readonly backfill: boolean;
  /** How long ago it was measured, ms. */
  readonly ageMs: number;
  readonly isRepeat: boolean;
  readonly isNewRun: boolean;
  readonly values: readonly (number | null)[];
  readonly count: number;
}

const value = fc.option(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -(2 ** 50), max: 2 ** 50 })));
const choice: fc.Arbitrary<Choice> = fc.record({
  host: fc.integer({ min: 0, max: 2 }),
  schema: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 2 })),
  backfill: fc.boolean(),
  ageMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5 * 60 * MINUTE }), fc.constant(20 * 24 * 60 * MINUTE)),
  isRepeat: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  isNewRun: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  values: fc.tuple(value, value, value),
  count: fc.oneof({ weight: 4, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 150 })),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant<'append'>('append'), reports: fc.array(choice, { maxLength: 4 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40 * MINUTE }) }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step>({ kind: 'restart' }, { kind: 'settle' }, { kind: 'release' }),
  },
);

/** What a report is known by and says, in one line. */
const line = ({
  runId,
  sequence,
  at,
  backfill,
  metrics,
  scaled,
}: Omit<StoredReport, 'deviceId' | 'receivedAt' | 'clocks' | 'clockOffsetMs'>) => {
  const values = metrics.flatMap(({ name }, index) => (scaled[index] === null ? [] : [`${name}=${scaled[index]}`]));
  return `${runId.slice(-4)} ${sequence} ${at - START} ${backfill} ${values.sort().join(' ')}`;
};

t.test('whatever comes in whatever order, each report is kept as it was', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      const path = join(tempDir(t), 'series.db');
      let now = START;
      const open = async () => (await openTestSeries(t, { path, now: () => now })).series;
      let series = await open();
      const model = new Map<string, Map<string, number>>();
      const runs = [1, 1, 1];
      const sequences = [0, 0, 0];
      let position = 0;
      for (const one of steps) {
        if (one.kind === 'wait') now += one.ms;
        else if (one.kind === 'settle') await series.settle();
        else if (one.kind === 'release') series.release(position);
        else if (one.kind === 'restart') {
          await series.close();
          series = await open();
        } else {
          const reports = one.reports.flatMap((chosen) => toReports(chosen, now, runs, sequences));
          position = await series.append(reports);
          for (const report of reports) {
            const lines = model.get(report.deviceId) ?? new Map<string, number>();
            model.set(report.deviceId, lines.set(line(report), report.at));
          }
        }
      }
      for (const moment of ['as it is', 'settled']) {
        if (moment === 'settled') await series.settle();
        const stored = storedReports(path);
        for (const [deviceId, lines] of model) {
          // What is past its time may have gone.
          const fromMs = now - 14 * 24 * 60 * MINUTE;
          const found = new Set((stored.get(deviceId) ?? []).filter(({ at }) => at >= fromMs).map(line));
          const want = [...lines].filter(([, at]) => at >= fromMs).map(([one]) => one);
          t.same([...found].sort(), want.sort(), moment);
        }
      }
      await series.close();
    }),
    { numRuns: 25 },
  );
});

function toReports(chosen: Choice, now: number, runs: number[], sequences: number[]): StoredReport[] {
  const { host, schema, backfill, ageMs, isRepeat, isNewRun, values, count } = chosen;
  if (isNewRun) {
    runs[host] = runs[host]! + 1;
    sequences[host] = 0;
  }
  const metrics = schemas[schema]!;
  return Array.from({ length: count }, (_, index) => {
    sequences[host] = sequences[host]! + 1;
    const report = storedReport({
      deviceId: `d${host}`,
      runId: String(runs[host]).padStart(32, '0'),
      sequence: sequences[host]!,
      backfill,
      at: now - ageMs + index * 1_000,
      metrics,
      scaled: metrics.map((_, position) => values[position] ?? null),
    });
    return isRepeat ? [report, report] : [report];
  }).flat();
}
