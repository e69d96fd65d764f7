import type uPlot from 'uplot';
import { LABEL_PX, strokeLine, writeLabel } from './canvas.ts';
import type { Inks } from './colours.ts';
import { freeMiddle, type Span } from './free-place.ts';
import type { Projection } from './projection-mark.ts';

/** A straight line from left to right, in canvas pixels; it may lead out of the picture. */
interface Path {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Where words stand: from `left` to `right`, around `middle`. */
interface Place {
  readonly label: string;
  readonly left: number;
  readonly right: number;
  readonly middle: number;
}

/** Tried one after the other, from where a projection ends to the left. */
const STEP_PX = 8;
const EDGE_OPACITY = 0.5;

/** Draws what is ahead on a ground of its own: lines that go on to where they lead, each with words that cover no line. */
export function drawProjections(u: uPlot, projections: readonly Projection[], inks: Inks): void {
  const paths = projections.map((mark) => pathOf(u, mark));
  const known = paths.filter((path) => path !== null);
  if (known.length === 0) return;
  const { ctx } = u;
  const ratio = devicePixelRatio;
  markAhead(u, Math.max(...known.map(({ x1 }) => x1)), inks);
  ctx.strokeStyle = ctx.fillStyle = inks.threshold;
  ctx.lineWidth = 1.5 * ratio;
  ctx.setLineDash([3 * ratio, 4 * ratio]);
  for (const { x1, y1, x2, y2 } of known) strokeLine(ctx, x1, y1, x2, y2);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  const height = (LABEL_PX + 5) * ratio;
  const lines = [...measuredLines(u), ...known];
  for (const [index, { labels }] of projections.entries()) {
    const path = paths[index];
    if (!path) continue;
    const { label, left, right, middle } = placeOf(u, path, labels, height, lines);
    writeLabel(ctx, label, right, middle, inks);
    // Other words keep away from these, too: they fit between no two of their lines.
    for (const y of [middle - height / 2, middle, middle + height / 2])
      lines.push({ x1: left, y1: y, x2: right, y2: y });
  }
}

/** The free place nearest to the end of a path, for the longest words that have one there. */
function placeOf(u: uPlot, path: Path, labels: readonly string[], height: number, lines: readonly Path[]): Place {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const margin = 4 * ratio;
  const picture = { top: bbox.top, bottom: bbox.top + bbox.height };
  const end = Math.min(path.x2, bbox.left + bbox.width) - margin;
  const wanted = heightsOf(path, end, end).top - height;
  for (let right = end; right > bbox.left; right -= STEP_PX * ratio) {
    for (const label of labels) {
      const left = right - ctx.measureText(label).width - margin;
      if (left < bbox.left) continue;
      const near = lines.filter(({ x1, x2 }) => x1 <= right + margin && x2 >= left);
      const taken = near.map((line) => heightsOf(line, left, right + margin));
      const middle = freeMiddle(wanted, height, picture, taken);
      if (middle !== null) return { label, left, right, middle };
    }
  }
  return { label: labels.at(-1) ?? '', left: bbox.left, right: end, middle: picture.top + height / 2 };
}

/** From the newest value of the line to where it leads; null where the line has no value. */
function pathOf(u: uPlot, { line, atMs, value }: Projection): Path | null {
  const values = u.data[line + 1] ?? [];
  const newest = values.findLastIndex((each) => typeof each === 'number');
  const [at, from] = [u.data[0][newest], values[newest]];
  if (at === undefined || typeof from !== 'number') return null;
  const x = (seconds: number) => u.valToPos(seconds, 'x', true);
  const y = (height: number) => u.valToPos(height, 'y', true);
  return { x1: x(at), y1: y(from), x2: x(atMs / 1000), y2: y(value) };
}

/** Which heights a line has between two places. */
function heightsOf({ x1, y1, x2, y2 }: Path, left: number, right: number): Span {
  const heightAt = (x: number) => y1 + ((y2 - y1) * (Math.min(Math.max(x, x1), x2) - x1)) / (x2 - x1 || 1);
  const heights = [heightAt(left), heightAt(right)];
  return { top: Math.min(...heights), bottom: Math.max(...heights) };
}

/** The lines of the chart, from point to point. */
function measuredLines(u: uPlot): Path[] {
  const xs = Array.from(u.data[0], (seconds) => u.valToPos(seconds, 'x', true));
  return u.data.slice(1).flatMap((values) => {
    const points = xs.flatMap((x, index) => {
      const value = values[index];
      return typeof value === 'number' ? [{ x, y: u.valToPos(value, 'y', true) }] : [];
    });
    return points.slice(1).map(({ x, y }, index) => {
      const from = points[index] ?? { x, y };
      return { x1: from.x, y1: from.y, x2: x, y2: y };
    });
  });
}

/** What has not happened yet has another ground, and an edge. */
function markAhead({ ctx, bbox }: uPlot, fromX: number, inks: Inks): void {
  ctx.save();
  ctx.fillStyle = inks.ahead;
  ctx.fillRect(fromX, bbox.top, bbox.left + bbox.width - fromX, bbox.height);
  ctx.strokeStyle = inks.text;
  ctx.globalAlpha = EDGE_OPACITY;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([]);
  strokeLine(ctx, Math.round(fromX), bbox.top, Math.round(fromX), bbox.top + bbox.height);
  ctx.restore();
}
