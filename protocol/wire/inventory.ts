import { ProtocolError } from '../error.ts';
import { MAX_INVENTORY_BYTES } from './frame.ts';

/** Stands in for a serial number that the agent's user may not read. */
export const NOT_PERMITTED = 'not permitted';

/** Characters, in any text of an inventory. */
export const MAX_INVENTORY_TEXT = 200;
/** Entries, in any list of an inventory. */
export const MAX_INVENTORY_LIST = 64;

export interface InventoryDisk {
  /** `sda`, `nvme0n1`; on Windows the device path. */
  readonly name: string;
  readonly model: string;
  /** `SSD`, `HD`, `NVMe`, ... or empty. */
  readonly kind: string;
  readonly sizeBytes: number;
  readonly serial: string;
}

export interface InventoryInterface {
  readonly name: string;
  readonly mac: string;
  /** With prefix length: `192.0.2.7/24`. */
  readonly addresses: readonly string[];
}

/** Slow facts about a machine. A text that is unknown is empty, a serial number that may not be read is {@link NOT_PERMITTED}. */
export interface Inventory {
  readonly agentVersion: string;
  readonly hostname: string;
  /** Node's name of the platform: `linux`, `darwin`, `win32`. */
  readonly platform: string;
  readonly architecture: string;
  readonly osName: string;
  readonly osVersion: string;
  readonly kernel: string;
  readonly manufacturer: string;
  readonly model: string;
  readonly serial: string;
  /** The hypervisor or container runtime, `virtual` if it is not known which, or empty on bare metal. */
  readonly virtualisation: string;
  readonly cpuModel: string;
  readonly cpuSockets: number;
  readonly cpuCores: number;
  readonly cpuThreads: number;
  readonly memoryBytes: number;
  readonly disks: readonly InventoryDisk[];
  readonly interfaces: readonly InventoryInterface[];
  /** TCP ports on which it listens for other machines, lowest first; absent where the platform tells none. */
  readonly listening?: readonly number[];
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what an agent sent. Fields of newer agents are dropped.
 * @throws ProtocolError `frame_malformed` if it is no JSON, a field is missing or of another kind, or exceeds its bound:
 *   {@link MAX_INVENTORY_BYTES} in all, {@link MAX_INVENTORY_TEXT} characters a text, {@link MAX_INVENTORY_LIST} entries a list.
 */
export function parseInventory(json: string): Inventory {
  if (new TextEncoder().encode(json).length > MAX_INVENTORY_BYTES)
    fail('the document', `more than ${MAX_INVENTORY_BYTES} bytes`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    fail('the document', 'not JSON');
  }
  const it = fieldsOf(parsed, 'the document');
  return {
    agentVersion: text(it, 'agentVersion'),
    hostname: text(it, 'hostname'),
    platform: text(it, 'platform'),
    architecture: text(it, 'architecture'),
    osName: text(it, 'osName'),
    osVersion: text(it, 'osVersion'),
    kernel: text(it, 'kernel'),
    manufacturer: text(it, 'manufacturer'),
    model: text(it, 'model'),
    serial: text(it, 'serial'),
    virtualisation: text(it, 'virtualisation'),
    cpuModel: text(it, 'cpuModel'),
    cpuSockets: count(it, 'cpuSockets'),
    cpuCores: count(it, 'cpuCores'),
    cpuThreads: count(it, 'cpuThreads'),
    memoryBytes: count(it, 'memoryBytes'),
    disks: list(it, 'disks').map((entry) => {
      const disk = fieldsOf(entry, 'disks');
      return {
        name: text(disk, 'name'),
        model: text(disk, 'model'),
        kind: text(disk, 'kind'),
        sizeBytes: count(disk, 'sizeBytes'),
        serial: text(disk, 'serial'),
      };
    }),
    interfaces: list(it, 'interfaces').map((entry) => {
      const each = fieldsOf(entry, 'interfaces');
      const addresses = list(each, 'addresses').map((address) => textOf(address, 'addresses'));
      return { name: text(each, 'name'), mac: text(each, 'mac'), addresses };
    }),
    ...(it.listening === undefined ? {} : { listening: list(it, 'listening').map(port) }),
  };
}

function fieldsOf(value: unknown, what: string): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(what, 'not an object');
  return value as Fields;
}

function text(fields: Fields, name: string): string {
  return textOf(fields[name], name);
}

function textOf(value: unknown, name: string): string {
  if (typeof value !== 'string') fail(name, 'not a text');
  if (value.length > MAX_INVENTORY_TEXT) fail(name, `longer than ${MAX_INVENTORY_TEXT} characters`);
  if (/\p{Cc}/u.test(value)) fail(name, 'not printable');
  return value;
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    fail(name, 'not a whole number from 0 on');
  return value;
}

function port(value: unknown): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 65_535)
    fail('listening', 'no port');
  return value;
}

function list(fields: Fields, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) fail(name, 'not a list');
  if (value.length > MAX_INVENTORY_LIST) fail(name, `longer than ${MAX_INVENTORY_LIST} entries`);
  return value;
}

function fail(what: string, why: string): never {
  throw new ProtocolError('frame_malformed', `The inventory cannot be read: ${what} is ${why}.`);
}
