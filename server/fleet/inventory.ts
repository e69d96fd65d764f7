import { isIP } from 'node:net';
import { type Inventory, parseInventory } from '../../protocol/wire/inventory.ts';
import type { Row } from '../platform/store/tables.ts';

/** What the machine last said of itself; null while it has said nothing that can be read. */
export function inventoryOf({ inventory_json: json }: Pick<Row<'device'>, 'inventory_json'>): Inventory | null {
  try {
    return json === null ? null : parseInventory(json);
  } catch {
    // It was kept by an earlier build that asked for less: it says nothing until the agent sends a new one.
    return null;
  }
}

/** IP addresses of the machine by its own word, without prefix lengths: IPv4 before IPv6. */
export function hostAddresses({ interfaces }: Pick<Inventory, 'interfaces'>): string[] {
  return interfaces
    .flatMap(({ addresses }) => addresses.map((cidr) => cidr.split('/')[0] ?? ''))
    .filter((address) => isIP(address) !== 0)
    .sort((a, b) => isIP(a) - isIP(b));
}

/** Without what an IPv6 socket puts in front of an IPv4 address. */
export function bareAddress(address: string): string {
  return address.replace(/^::ffff:/i, '');
}
