import { said } from '../../../protocol/said/said.ts';
import { FORGOTTEN_MS, type KnownMount, missedMounts } from '../mounts.ts';
import type { DetectionSettings } from '../settings.ts';
import type { Finding } from './rule.ts';

/** File systems of long standing that are gone, and those that are back or no longer expected. `known`: of which a level is kept. */
export function* diskUnmounted(
  mounts: ReadonlyMap<string, KnownMount>,
  known: Iterable<string>,
  at: number,
  settings: DetectionSettings,
): Iterable<Finding> {
  const common = {
    rule: 'disk.unmounted',
    priority: 'high',
    timing: { forMs: settings.vanishedAfterMs, keepForMs: 0 },
    evidence: { metrics: [], threshold: null },
    standing: true,
  } as const;
  const missed = new Set<string>();
  for (const [mountpoint, goneAt, { since }] of missedMounts(mounts)) {
    if (at - goneAt > FORGOTTEN_MS) continue;
    missed.add(mountpoint);
    const gone = () => said('disk.unmounted', { mountpoint, afterMs: goneAt - since });
    yield { ...common, object: mountpoint, signal: 'raise', said: gone };
  }
  for (const mountpoint of known) {
    if (missed.has(mountpoint)) continue;
    const isBack = mounts.get(mountpoint)?.goneAt === null;
    const over = () => said('disk.unmounted.over', { mountpoint, how: isBack ? 'mounted' : 'not_expected' });
    yield { ...common, object: mountpoint, signal: 'clear', said: over, recovery: over };
  }
}
