import type { DeviceSummary } from '../../protocol/api/view.ts';
import type { SiteGroup } from '../data/select.ts';

/** Where one device stands in its site's grid, px. */
export interface Cell {
  readonly device: DeviceSummary;
  readonly x: number;
  readonly y: number;
}

export interface SiteBlock {
  readonly group: SiteGroup;
  readonly columns: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly cells: readonly Cell[];
}

/** Distance between the squares: smaller as the fleet grows, so that it stays one picture. */
export function pitchFor(deviceCount: number): number {
  if (deviceCount <= 240) return 20;
  if (deviceCount <= 900) return 15;
  if (deviceCount <= 3000) return 11;
  return 8;
}

/** Lays a site's devices out in rows, rather wide than tall, within `availablePx`. */
export function layOutSite(group: SiteGroup, pitchPx: number, availablePx: number): SiteBlock {
  const count = group.devices.length;
  const most = Math.max(1, Math.floor(availablePx / pitchPx));
  const columns = Math.min(most, count, Math.max(8, Math.ceil(Math.sqrt(count * 3))));
  const cells = group.devices.map((device, index) => ({
    device,
    x: (index % columns) * pitchPx,
    y: Math.floor(index / columns) * pitchPx,
  }));
  const rows = Math.ceil(count / columns);
  return { group, columns, widthPx: columns * pitchPx, heightPx: rows * pitchPx, cells };
}

/** The device under a point of the block, or null beside the squares. */
export function cellAt(block: SiteBlock, pitchPx: number, x: number, y: number): Cell | null {
  const column = Math.floor(x / pitchPx);
  if (column < 0 || column >= block.columns || y < 0) return null;
  return block.cells[Math.floor(y / pitchPx) * block.columns + column] ?? null;
}
