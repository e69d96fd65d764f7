import type uPlot from 'uplot';
import { LABEL_PX, strokeLine, writeLabel } from './canvas.ts';
import type { Inks } from './colours.ts';
import { drawProjections } from './draw-projections.ts';
import type { Projection } from './projection-mark.ts';

/** What is drawn into a chart to prove an incident, or to warn of one. */
export type Mark =
  | { readonly kind: 'threshold'; readonly value: number; readonly label: string }
  | { readonly kind: 'moment'; readonly atMs: number; readonly label: string }
  /** A stretch of which nothing is known any more. */
  | { readonly kind: 'lost'; readonly fromMs: number; readonly toMs: number; readonly label: string }
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
          else if (mark.kind === 'lost') drawLost(u, mark.fromMs, mark.toMs, mark.label, inks);
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

/** Hatched, so that it is told from a silence without colour; in words where there is room for them. */
function drawLost(u: uPlot, fromMs: number, toMs: number, label: string, inks: Inks): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const within = (ms: number): number =>
    Math.min(bbox.left + bbox.width, Math.max(bbox.left, u.valToPos(ms / 1000, 'x', true)));
  const [left, right] = [within(fromMs), within(toMs)];
  if (right - left < 1) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, bbox.top, right - left, bbox.height);
  ctx.clip();
  ctx.strokeStyle = inks.grid;
  ctx.setLineDash([]);
  for (let x = left - bbox.height; x < right; x += 8 * ratio) {
    strokeLine(ctx, x, bbox.top + bbox.height, x + bbox.height, bbox.top);
  }
  ctx.restore();
  if (ctx.measureText(label).width + 8 * ratio > right - left) return;
  ctx.fillStyle = inks.text;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'middle';
  writeLabel(ctx, label, (left + right) / 2, bbox.top + bbox.height / 2, inks);
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
