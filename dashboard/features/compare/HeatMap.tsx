import { useSignal } from '@preact/signals';
import type { FleetSeries } from '../../../protocol/api/view.ts';
import { ChartFrame } from '../../charts/ChartFrame.tsx';
import { measureOfSeries } from '../../charts/compare.ts';
import { writeValue } from '../../charts/panels.ts';
import { nowMs } from '../../data/clock.ts';
import { time } from '../../words/format.ts';
import { t } from '../../words/i18n.ts';

const LEAST_INK = 0.14;

/** How many machines lie between two bounds in each step: the more, the more ink. The highest values stand on top. */
export function HeatMap({ answer }: { answer: FleetSeries }) {
  const pointed = useSignal<readonly [row: number, step: number] | null>(null);
  const { bounds = [], counts = [], machines } = answer;
  const measure = measureOfSeries(answer);
  const steps = counts[0]?.length ?? 0;
  const most = Math.max(1, ...counts.flat());
  const name = (row: number) => {
    const [from, to] = [bounds[row - 1], bounds[row]];
    if (from === undefined) return t('compare.below', { bound: writeValue(measure, to) });
    return t('compare.from', { bound: writeValue(measure, from) });
  };
  const rows = counts.map((_, row) => row).reverse();
  const atMs = (step: number) => Date.parse(answer.from) + step * answer.stepMs;
  const told = pointed.value;
  const point = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const step = Math.floor(((event.clientX - box.left) / box.width) * steps);
    const row = rows[Math.floor(((event.clientY - box.top) / box.height) * rows.length)];
    pointed.value = row === undefined || step < 0 || step >= steps ? null : [row, step];
  };
  return (
    <section class="card compare-heat">
      <ChartFrame
        title={t('compare.heat')}
        told={
          told &&
          t('compare.heatCell', {
            count: counts[told[0]]?.[told[1]] ?? 0,
            all: machines,
            range: name(told[0]),
            time: time(atMs(told[1]), nowMs.peek()),
          })
        }
        empty={counts.flat().some((count) => count > 0) ? null : t('compare.nothing')}
      >
        <div class="heat-body">
          <ol class="heat-names" aria-hidden="true">
            {rows.map((row) => (
              <li key={row}>{name(row)}</li>
            ))}
          </ol>
          <svg
            class="heat-map"
            viewBox={`0 0 ${Math.max(1, steps)} ${Math.max(1, rows.length)}`}
            preserveAspectRatio="none"
            role="img"
            aria-label={rows.map((row) => `${name(row)}: ${counts[row]?.at(-1) ?? 0}`).join(', ')}
            onPointerMove={point}
            onPointerLeave={() => {
              pointed.value = null;
            }}
          >
            {rows.flatMap((row, place) =>
              (counts[row] ?? []).map((count, step) =>
                count > 0 ? (
                  <rect
                    key={`${row} ${atMs(step)}`}
                    x={step}
                    y={place}
                    width="1.02"
                    height="0.94"
                    fill-opacity={(LEAST_INK + (1 - LEAST_INK) * (count / most)).toFixed(2)}
                  />
                ) : null,
              ),
            )}
          </svg>
          <p class="heat-scale quiet">
            <span>{time(atMs(0), nowMs.peek())}</span>
            <span>{time(atMs(steps), nowMs.peek())}</span>
          </p>
        </div>
      </ChartFrame>
    </section>
  );
}
