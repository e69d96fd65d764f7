import { MAX_INVENTORY_LIST } from '../../../protocol/wire/inventory.ts';
import { FileReader, words } from './files.ts';

const LISTEN = '0A';
const LOOPBACK_V6 = '00000000000000000000000001000000';
const MAPPED_V4 = '0000000000000000FFFF0000';

/** The TCP ports on which this machine listens for others, lowest first; see proc_net_tcp(5). Loopback is nobody else's. */
export function parseListening(...tables: readonly string[]): readonly number[] {
  const ports = new Set<number>();
  for (const line of tables.flatMap((table) => table.split('\n'))) {
    const [, local = '', , state] = words(line);
    const [address = '', port = ''] = local.split(':');
    if (state !== LISTEN || isLoopback(address)) continue;
    const number = Number.parseInt(port, 16);
    if (number >= 1 && number <= 65_535) ports.add(number);
  }
  return [...ports].sort((a, b) => a - b).slice(0, MAX_INVENTORY_LIST);
}

/** Addresses stand there as words of four bytes, the lowest byte first. */
function isLoopback(address: string): boolean {
  if (address === LOOPBACK_V6) return true;
  const v4 = address.startsWith(MAPPED_V4) ? address.slice(MAPPED_V4.length) : address;
  return v4.length === 8 && v4.endsWith('7F');
}

export function readListening(reader = new FileReader()): readonly number[] {
  return parseListening(reader.text('/proc/net/tcp') ?? '', reader.text('/proc/net/tcp6') ?? '');
}
