import { Chart } from '../charts/Chart.tsx';
import { ChartFrame } from '../charts/ChartFrame.tsx';
import type { Frame, Value } from '../charts/frame.ts';
import type { Mark } from '../charts/marks.ts';
import type { Panel } from '../charts/panels.ts';
import type { State } from './state.ts';

const STEPS = 60;
const STEP_MS = 60_000;
const FROM_MS = Date.parse('2026-10-06T09:00:00Z');

const panel: Panel = {
  id: 'cpu',
  title: 'CPU',
  measure: 'ratio',
  whole: true,
  lines: ['busy', 'iowait'].map((label) => ({ label, metrics: [label], combine: (value: number) => value })),
};

/** Values that rise and fall, and a silence among them. */
const wave = (size: number): Value[] =>
  Array.from({ length: STEPS }, (_, step) => (step > 40 && step < 46 ? null : size * (1 + Math.sin(step / 6)) * 0.5));

function frame(columns: Record<string, Value[]>, bounds: boolean): Frame {
  const moved = (by: number) =>
    new Map((bounds ? Object.entries(columns) : []).map(([name, values]) => [name, values.map((v) => v && v * by)]));
  return {
    fromMs: FROM_MS,
    stepMs: STEP_MS,
    length: STEPS,
    columns: new Map(Object.entries(columns)),
    counters: new Set(),
    resolution: 'raw',
    lows: moved(0.8),
    highs: moved(1.2),
  };
}

const known = { busy: wave(0.8), iowait: wave(0.2) };
const nothing = { busy: Array<Value>(STEPS).fill(null), iowait: Array<Value>(STEPS).fill(null) };
const marks: readonly Mark[] = [
  { kind: 'threshold', value: 0.9, label: 'threshold' },
  { kind: 'moment', atMs: FROM_MS + 20 * STEP_MS, label: 'onset' },
];

interface DrawnProps {
  readonly of: Record<string, Value[]>;
  readonly bounds?: boolean;
  readonly marks?: readonly Mark[];
}

function Drawn({ of, bounds = false, marks = [] }: DrawnProps) {
  return (
    <div class="card">
      <Chart
        panel={panel}
        frame={frame(of, bounds)}
        reportIntervalMs={STEP_MS}
        syncKey="gallery"
        marks={marks}
        heightPx={150}
      />
    </div>
  );
}

export const charts: readonly State[] = [
  { id: 'chart/lines', draw: () => <Drawn of={known} /> },
  { id: 'chart/band-and-marks', draw: () => <Drawn of={known} bounds marks={marks} /> },
  { id: 'chart/empty', draw: () => <Drawn of={nothing} /> },
  {
    id: 'chart/told',
    draw: () => (
      <div class="card">
        <ChartFrame title="How many machines lie where" told="4 of 8 from 20 %, 10:14">
          <div class="gallery-heat">
            <svg
              class="heat-map"
              viewBox="0 0 4 2"
              role="img"
              aria-label="Four of eight machines"
              preserveAspectRatio="none"
            >
              <rect width="1" height="1" />
              <rect x="2" y="1" width="1" height="1" />
            </svg>
          </div>
        </ChartFrame>
      </div>
    ),
  },
];
