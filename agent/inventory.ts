import { createHash } from 'node:crypto';
import { MAX_INVENTORY_BYTES } from '../protocol/wire/frame.ts';
import type { Link } from './link/link.ts';
import { describeError, type Log } from './log/log.ts';

const EVERY_MS = 86_400_000;

export interface InventoryOptions {
  /** The inventory as JSON; see protocol/wire/inventory.ts. */
  readonly take: () => Promise<string>;
  /** So that another server, or another device of it, gets its own. */
  readonly deviceId: string;
  /** SHA-256, hex, of the device id and the inventory that a server has taken last. */
  readonly takenHash: string | undefined;
  readonly onTaken: (hash: string) => void;
  readonly log: Log;
}

/** Takes the inventory at the start and once a day, and sends it when it changed since a server took it. */
export interface InventoryNews {
  /** `bootMs` as in Clocks. */
  refreshIfDue(bootMs: number, link: Link): void;
  /** Sends what is new, if the link is open. */
  offer(link: Link): void;
}

export function createInventoryNews({ take, deviceId, takenHash, onTaken, log }: InventoryOptions): InventoryNews {
  let refreshedAtMs = Number.NEGATIVE_INFINITY;
  let taken = takenHash;
  let current: { readonly json: string; readonly hash: string } | undefined;

  const offer = (link: Link): void => {
    if (current === undefined || current.hash === taken) return;
    const { json, hash } = current;
    link.send({ type: 'inventory', json });
    link.confirm(() => {
      taken = hash;
      onTaken(hash);
    });
  };

  const refresh = async (link: Link): Promise<void> => {
    try {
      const json = await take();
      if (Buffer.byteLength(json) > MAX_INVENTORY_BYTES) throw new Error('it is too large to be sent');
      current = { json, hash: createHash('sha256').update(`${deviceId}\n${json}`).digest('hex') };
      offer(link);
    } catch (error) {
      log.warn('no inventory this time', describeError(error));
    }
  };

  return {
    refreshIfDue(bootMs, link) {
      if (bootMs - refreshedAtMs < EVERY_MS) return;
      refreshedAtMs = bootMs;
      void refresh(link);
    },
    offer,
  };
}
