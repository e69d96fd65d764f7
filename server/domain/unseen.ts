import type { DeviceKind } from '../../protocol/api/view.ts';
import { isolated } from '../../protocol/bidi.ts';
import { formatInstant } from './wording.ts';

/** Workstations may be off; one that nobody has seen for so long was perhaps lost, sold or broken. */
export const UNSEEN_AFTER_MS = 14 * 86_400_000;

export interface SeenDevice {
  readonly name: string;
  readonly kind: DeviceKind;
  /** When it was heard of last, or enrolled. */
  readonly seenAt: number;
}

/** The weekly line about a client's workstations that are unseen for {@link UNSEEN_AFTER_MS}; null if there are none. */
export function describeUnseen(devices: readonly SeenDevice[], now: number): string | null {
  const unseen = devices
    .filter(({ kind, seenAt }) => kind === 'workstation' && now - seenAt >= UNSEEN_AFTER_MS)
    .sort((a, b) => a.seenAt - b.seenAt);
  if (unseen.length === 0) return null;
  const named = unseen.slice(0, 20).map(({ name, seenAt }) => `${isolated(name)} (since ${formatInstant(seenAt)})`);
  const more = unseen.length > named.length ? ` and ${unseen.length - named.length} more` : '';
  const count = unseen.length === 1 ? 'One workstation has' : `${unseen.length} workstations have`;
  return `${count} not been seen for 14 days or more: ${named.join(', ')}${more}.`;
}
