import type { ComponentChildren } from 'preact';
import { Nothing } from '../ui/Nothing.tsx';
import { exactTime, time } from '../words/format.ts';
import { dashes } from './colours.ts';

/** A line of a chart in its legend. */
export interface Key {
  readonly label: string;
  /** What it is where the cursor stands, or the newest that is known. */
  readonly value: string;
}

interface ChartFrameProps {
  readonly title: string;
  /** The lines in the order of their inks; none for a chart whose ink says how many. */
  readonly keys?: readonly Key[];
  /** When the values are of, ms since 1970; null: of now. */
  readonly atMs?: number | null;
  /** Said beside the title instead of keys. */
  readonly told?: ComponentChildren;
  /** Why there is nothing to draw. */
  readonly empty?: string | null;
  /** How high what is drawn is, px: what stands in its place is as high, so that nothing jumps. */
  readonly heightPx?: number;
  /** What is drawn. It says in words what it shows. */
  readonly children: ComponentChildren;
}

/** What stands around everything that is drawn over time: what it is, what it says where one points, and why it is empty. */
export function ChartFrame({ title, keys = [], atMs = null, told, empty = null, heightPx, children }: ChartFrameProps) {
  return (
    <figure class="chart">
      <figcaption class="chart-head">
        <span class="chart-title">{title}</span>
        <span class="chart-readout">
          {atMs !== null && (
            <time class="chart-at" title={exactTime(atMs)}>
              {time(atMs, Date.now())}
            </time>
          )}
          {keys.map(({ label, value }, position) => (
            <span class="chart-key" key={label}>
              <Swatch position={position} />
              {label !== title && <span class="chart-label">{label}</span>}
              <b>{value}</b>
            </span>
          ))}
          {told}
        </span>
      </figcaption>
      {empty === null ? (
        children
      ) : (
        <div class="chart-empty" style={{ minHeight: `${heightPx ?? 0}px` }}>
          <Nothing>{empty}</Nothing>
        </div>
      )}
    </figure>
  );
}

function Swatch({ position }: { position: number }) {
  return (
    <svg class={`swatch swatch-${position + 1}`} width="18" height="6" aria-hidden="true">
      <line x1="0" y1="3" x2="18" y2="3" stroke-dasharray={dashes[position]?.join(' ')} />
    </svg>
  );
}
