import { isolated } from '../../../protocol/bidi.ts';
import { FORGOTTEN_MS, type KnownMount, missedMounts } from '../mounts.ts';
import type { DetectionSettings } from '../settings.ts';
import { formatDuration } from '../wording.ts';
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
    const sentence = () =>
      `${isolated(mountpoint)} is no longer mounted, after ${formatDuration(goneAt - since)}: what is written there fails or fills the disk below it`;
    yield { ...common, object: mountpoint, signal: 'raise', sentence };
  }
  for (const mountpoint of known) {
    if (missed.has(mountpoint)) continue;
    const isBack = mounts.get(mountpoint)?.goneAt === null;
    const sentence = () => `${isolated(mountpoint)} is mounted again`;
    const recovery = () =>
      isBack ? sentence() : `${isolated(mountpoint)} is no longer mounted, and no longer expected to be`;
    yield { ...common, object: mountpoint, signal: 'clear', sentence, recovery };
  }
}
