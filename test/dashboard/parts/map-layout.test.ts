import t from 'tap';
import { cellAt, layOutSite, pitchFor } from '../../../dashboard/parts/map-layout.ts';
import { device, sites } from '../documents.ts';

const group = (count: number) => ({
  site: sites[0]!,
  devices: Array.from({ length: count }, (_, index) => device({ id: `d${index}` })),
});

t.test('every device has its place, and the place finds the device', async (t) => {
  for (const count of [1, 7, 27, 400]) {
    const block = layOutSite(group(count), 20, 380);
    t.equal(block.cells.length, count);
    t.ok(block.widthPx <= 380);
    for (const cell of block.cells) t.equal(cellAt(block, 20, cell.x + 3, cell.y + 3), cell);
  }
});

t.test('beside the squares there is nothing', async (t) => {
  const block = layOutSite(group(9), 20, 380);
  t.equal(cellAt(block, 20, -1, 0), null);
  t.equal(cellAt(block, 20, block.widthPx + 1, 0), null);
  t.equal(cellAt(block, 20, 0, block.heightPx + 1), null);
});

t.test('the larger the fleet, the smaller the squares', async (t) => {
  t.same([50, 500, 2000, 10_000].map(pitchFor), [20, 15, 11, 8]);
});
