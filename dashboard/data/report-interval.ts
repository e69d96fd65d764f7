import type { DeviceKind } from '../../protocol/api/view.ts';
import { server } from './store.ts';

const USUAL_MS = 10_000;

/** How often machines of these kinds report, ms: of several kinds the longest, so that a step of it has a reading of each. */
export function reportIntervalOf(kinds: Iterable<DeviceKind>): number {
  const told = server.value?.reportIntervalMs;
  const known = [...new Set(kinds)].flatMap((kind) => told?.[kind] ?? []);
  return known.length > 0 ? Math.max(...known) : USUAL_MS;
}
