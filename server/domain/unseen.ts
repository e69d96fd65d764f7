import type { DeviceKind } from '../../protocol/api/view.ts';
import { type Said, said } from '../../protocol/said/said.ts';

/** Workstations may be off; one that nobody has seen for so long was perhaps lost, sold or broken. */
export const UNSEEN_AFTER_MS = 14 * 86_400_000;

export interface SeenDevice {
  readonly name: string;
  readonly kind: DeviceKind;
  /** When it was heard of last, or enrolled. */
  readonly seenAt: number;
}

const MAX_NAMED = 20;

/** The weekly line about a client's workstations that are unseen for {@link UNSEEN_AFTER_MS}; null if there are none. */
export function sayUnseen(devices: readonly SeenDevice[], now: number): Said | null {
  const unseen = devices
    .filter(({ kind, seenAt }) => kind === 'workstation' && now - seenAt >= UNSEEN_AFTER_MS)
    .sort((a, b) => a.seenAt - b.seenAt);
  if (unseen.length === 0) return null;
  const longest = unseen.slice(0, MAX_NAMED);
  return said('unseen', {
    count: unseen.length,
    longest: longest.map(({ name, seenAt }) => said('unseen.device', { device: name, since: seenAt })),
    more: unseen.length - longest.length,
    afterMs: UNSEEN_AFTER_MS,
  });
}
