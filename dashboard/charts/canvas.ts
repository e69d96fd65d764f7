import { isolated } from '../../protocol/bidi.ts';
import type { Inks } from './colours.ts';

export const LABEL_PX = 11;

/** Writes with a rim in the colour of the ground, so that it can be read over lines and areas. Canvas pixels. */
export function writeLabel(ctx: CanvasRenderingContext2D, label: string, x: number, y: number, inks: Inks): void {
  const shown = isolated(label);
  ctx.save();
  ctx.setLineDash([]);
  ctx.lineJoin = 'round';
  ctx.lineWidth = 4 * devicePixelRatio;
  ctx.strokeStyle = inks.ground;
  ctx.strokeText(shown, x, y);
  ctx.restore();
  ctx.fillText(shown, x, y);
}

/** A straight line, in canvas pixels. */
export function strokeLine(ctx: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  ctx.beginPath();
  ctx.moveTo(x1, y1);
  ctx.lineTo(x2, y2);
  ctx.stroke();
}
