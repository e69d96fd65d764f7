import type uPlot from 'uplot';
import type { Inks } from './colours.ts';

/** What is drawn into a chart to prove an incident. */
export type Mark =
  | { readonly kind: 'threshold'; readonly value: number; readonly label: string }
  | { readonly kind: 'moment'; readonly atMs: number; readonly label: string }
  /** From the newest value of a line (by its position) to a value at a time ahead. */
  | {
      readonly kind: 'projection';
      readonly line: number;
      readonly atMs: number;
      readonly value: number;
      readonly label: string;
    };

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
          else if (mark.kind === 'moment') drawMoment(u, mark.atMs, mark.label, inks);
          else drawProjection(u, mark, inks);
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
  write(ctx, label, bbox.left + bbox.width - 4 * ratio, y + (above ? -3 : 3) * ratio, inks);
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
  write(ctx, label, x + (room ? 5 : -5) * ratio, bbox.top + 3 * ratio, inks);
}

function drawProjection(u: uPlot, mark: Extract<Mark, { kind: 'projection' }>, inks: Inks): void {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const values = u.data[mark.line + 1] ?? [];
  const newest = values.findLastIndex((value) => typeof value === 'number');
  const from = { at: u.data[0][newest], value: values[newest] };
  if (from.at === undefined || typeof from.value !== 'number') return;
  const x = (seconds: number) => u.valToPos(seconds, 'x', true);
  const y = (value: number) => u.valToPos(value, 'y', true);
  const [x1, y1, x2, y2] = [x(from.at), y(from.value), x(mark.atMs / 1000), y(mark.value)];
  ctx.strokeStyle = inks.lines[mark.line] ?? inks.text;
  ctx.fillStyle = inks.threshold;
  ctx.setLineDash([3 * ratio, 4 * ratio]);
  stroke(ctx, x1, y1, x2, y2);
  // Where it leaves the picture, or meets its end.
  const right = bbox.left + bbox.width;
  const endX = Math.min(x2, right);
  const endY = x2 > x1 ? y1 + ((y2 - y1) * (endX - x1)) / (x2 - x1) : y2;
  const above = endY - bbox.top > 20 * ratio;
  ctx.textAlign = 'right';
  ctx.textBaseline = above ? 'bottom' : 'top';
  write(ctx, mark.label, endX - 4 * ratio, endY + (above ? -5 : 5) * ratio, inks);
}

/** With a rim in the colour of the ground, so that it can be read over lines and areas. */
function write(ctx: CanvasRenderingContext2D, label: string, x: number, y: number, inks: Inks): void {
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = inks.ground;
  ctx.strokeText(label, x, y);
  ctx.restore();
  ctx.fillText(label, x, y);
}

function stroke(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
