import type uPlot from 'uplot';
import type { Inks } from './colours.ts';

/** What is drawn into a chart to prove an incident. */
export type Mark =
  | { readonly kind: 'threshold'; readonly value: number; readonly label: string }
  | { readonly kind: 'moment'; readonly atMs: number; readonly label: string };

const TEXT_PX = 11;

/** Draws thresholds as level lines and moments as upright ones, each with its word. */
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
        ctx.font = `600 ${TEXT_PX * ratio}px ${inks.font.replace(/^\S+ /, '')}`;
        ctx.lineWidth = 1.5 * ratio;
        for (const mark of marks) {
          if (mark.kind === 'threshold') drawThreshold(u, mark.value, `${mark.label} ${write(mark.value)}`, inks);
          else drawMoment(u, mark.atMs, mark.label, inks);
        }
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
  stroke(ctx, bbox.left, y, bbox.left + bbox.width, y);
  const above = y - bbox.top > 20 * ratio;
  ctx.textAlign = 'right';
  ctx.textBaseline = above ? 'bottom' : 'top';
  ctx.fillText(label, bbox.left + bbox.width - 4 * ratio, y + (above ? -3 : 3) * ratio);
}

function drawMoment(u: uPlot, atMs: number, label: string, inks: Inks): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const x = Math.round(u.valToPos(atMs / 1000, 'x', true));
  ctx.strokeStyle = inks.onset;
  ctx.fillStyle = inks.text;
  ctx.setLineDash([]);
  stroke(ctx, x, bbox.top, x, bbox.top + bbox.height);
  const room = bbox.left + bbox.width - x > ctx.measureText(label).width + 12 * ratio;
  ctx.textAlign = room ? 'left' : 'right';
  ctx.textBaseline = 'top';
  ctx.fillText(label, x + (room ? 5 : -5) * ratio, bbox.top + 3 * ratio);
}

function stroke(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
