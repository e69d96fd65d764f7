import type uPlot from 'uplot';
import { LABEL_PX, strokeLine, writeLabel } from './canvas.ts';
import type { Inks } from './colours.ts';
import { drawProjections } from './draw-projections.ts';

/** From the newest value of a line (by its position) to a value at a time ahead. */
export interface Projection {
  readonly kind: 'projection';
  readonly line: number;
  readonly atMs: number;
  readonly value: number;
  /** The longest first: the first that the picture has room for is written. */
  readonly labels: readonly string[];
}

/** What is drawn into a chart to prove an incident, or to warn of one. */
export type Mark =
  | { readonly kind: 'threshold'; readonly value: number; readonly label: string }
  | { readonly kind: 'moment'; readonly atMs: number; readonly label: string }
  | Projection;

/** Draws thresholds as level lines, moments as upright ones and projections as what they lead to, each with its words. */
export function marksPlugin(marks: readonly Mark[], inks: Inks, write: (value: number) => string): uPlot.Plugin {
  return {
    hooks: {
      draw: (u) => {
        const { ctx, bbox } = u;
        const ratio = devicePixelRatio;
        ctx.save();
        ctx.beginPath();
        ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
        ctx.clip();
        ctx.font = `600 ${LABEL_PX * ratio}px ${inks.font.replace(/^\S+ /, '')}`;
        ctx.lineWidth = 1.5 * ratio;
        for (const mark of marks) {
          if (mark.kind === 'threshold') drawThreshold(u, mark.value, `${mark.label} ${write(mark.value)}`, inks);
          else if (mark.kind === 'moment') drawMoment(u, mark.atMs, mark.label, inks);
        }
        const projections = marks.filter((mark) => mark.kind === 'projection');
        drawProjections(u, projections, inks);
        ctx.restore();
      },
    },
  };
}

function drawThreshold(u: uPlot, value: number, label: string, inks: Inks): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const y = Math.round(u.valToPos(value, 'y', true));
  ctx.strokeStyle = ctx.fillStyle = inks.threshold;
  ctx.setLineDash([6 * ratio, 4 * ratio]);
  strokeLine(ctx, bbox.left, y, bbox.left + bbox.width, y);
  const above = y - bbox.top > 20 * ratio;
  ctx.textAlign = 'right';
  ctx.textBaseline = above ? 'bottom' : 'top';
  writeLabel(ctx, label, bbox.left + bbox.width - 4 * ratio, y + (above ? -3 : 3) * ratio, inks);
}

function drawMoment(u: uPlot, atMs: number, label: string, inks: Inks): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const x = Math.round(u.valToPos(atMs / 1000, 'x', true));
  ctx.strokeStyle = inks.onset;
  ctx.fillStyle = inks.text;
  ctx.setLineDash([]);
  strokeLine(ctx, x, bbox.top, x, bbox.top + bbox.height);
  const room = bbox.left + bbox.width - x > ctx.measureText(label).width + 12 * ratio;
  ctx.textAlign = room ? 'left' : 'right';
  ctx.textBaseline = 'top';
  writeLabel(ctx, label, x + (room ? 5 : -5) * ratio, bbox.top + 3 * ratio, inks);
}
