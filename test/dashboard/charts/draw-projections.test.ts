import t, { type Test } from 'tap';
import type uPlot from 'uplot';
import { drawProjections } from '../../../dashboard/charts/draw-projections.ts';
import type { Projection } from '../../../dashboard/charts/projection-mark.ts';

/** A picture 200 wide and 100 high of values from 0 to 1 at 0 to 200 s, and the words that are written into it. */
function draw(t: Test, lines: readonly (readonly (number | null)[])[], projections: readonly Projection[]) {
  t.intercept(globalThis, 'devicePixelRatio', { value: 1, configurable: true });
  const written: { label: string; left: number; right: number; y: number }[] = [];
  const fills: string[] = [];
  const ctx = {
    ...{ save() {}, restore() {}, beginPath() {}, moveTo() {}, lineTo() {}, stroke() {}, setLineDash() {} },
    ...{ strokeText() {}, fillRect: (...box: number[]) => fills.push(box.join(' ')) },
    measureText: (label: string) => ({ width: label.length * 5 }),
    fillText: (label: string, right: number, y: number) =>
      written.push({ label, left: right - label.length * 5, right, y }),
  };
  const times = lines[0]?.map((_, index) => index * 10) ?? [];
  const u = {
    ...{ ctx, data: [times, ...lines], bbox: { left: 0, top: 0, width: 200, height: 100 } },
    valToPos: (value: number, scale: string) => (scale === 'x' ? value : 100 - 100 * value),
  };
  drawProjections(u as unknown as uPlot, projections, { lines: [] } as never);
  return { written, fills };
}

const flat = (value: number, length = 15) => new Array<number>(length).fill(value);
const leads = (line: number, atS: number, ...labels: string[]): Projection => ({
  ...{ kind: 'projection', line, atMs: atS * 1_000, value: 1, labels },
});

t.test('words stand above the end of their line where nothing is in the way', async (t) => {
  const { written, fills } = draw(t, [flat(0.5)], [leads(0, 1e6, '/srv full Monday', 'full Monday')]);
  t.match(written, [{ label: '/srv full Monday', right: 196 }]);
  t.ok(written[0] && written[0].y < 50 - 5 && written[0].y > 50 - 20, `at ${written[0]?.y}`);
  t.same(fills, ['140 0 60 100'], 'what is ahead has its own ground');
});

t.test('words cover no line and no other words', async (t) => {
  const steep = Array.from({ length: 15 }, (_, index) => (index < 9 ? 0 : (index - 9) / 5));
  const { written } = draw(
    t,
    [flat(0.62), flat(0.6), steep],
    [leads(0, 190, '/srv full Monday', 'full Monday'), leads(1, 195, '/var full Tuesday', 'full Tuesday')],
  );
  t.equal(written.length, 2);
  for (const { left, right, y } of written) {
    t.ok(left >= 0 && right <= 200 && y >= 8 && y <= 92, 'inside the picture');
    for (let x = left; x <= Math.min(right, 140); x += 1) {
      const heights = [38, 40, x < 80 ? 100 : 100 - 2 * (x - 80)];
      if (heights.some((height) => Math.abs(height - y) < 8)) t.fail(`a line is covered at ${x} ${y}`);
    }
  }
  const [one, other] = written;
  const apart = Math.abs((one?.y ?? 0) - (other?.y ?? 0)) >= 16;
  t.ok(apart || (one?.right ?? 0) < (other?.left ?? 0) || (other?.right ?? 0) < (one?.left ?? 0), 'not on each other');
});

t.test('without room there are the brief words at the top, without values there is nothing', async (t) => {
  const crowd = Array.from({ length: 12 }, (_, index) => flat(index / 11, 20));
  const { written } = draw(t, crowd, [leads(0, 1e6, 'long words', 'brief')]);
  t.match(written, [{ label: 'brief', y: 8 }]);
  t.same(draw(t, [[null, null]], [leads(0, 1e6, 'full')]), { written: [], fills: [] });
  t.same(draw(t, [flat(1)], []), { written: [], fills: [] });
});
