/**
 * Takes the inventory and prints it as one JSON document, then ends. It is a process of its own because systeminformation is
 * large and starts programs through a shell: run it with {@link inventoryEnvironment} and nothing from outside but the
 * agent's version as its only argument.
 */
import { arch, hostname, networkInterfaces, totalmem } from 'node:os';
import si from 'systeminformation';
import { freezePrototypes } from '../../protocol/frozen-prototypes.ts';
import {
  type Inventory,
  type InventoryDisk,
  type InventoryInterface,
  MAX_INVENTORY_LIST,
  MAX_INVENTORY_TEXT,
  NOT_PERMITTED,
} from '../../protocol/wire/inventory.ts';
import { printable } from './instance.ts';
import { FileReader } from './linux/files.ts';
import { readListening } from './linux/listening.ts';
import { readMemoryLimit } from './linux/memory-limit.ts';
import { isRealInterface } from './linux/net-dev.ts';

/** What makers leave in place of a value. */
const fillers = new Set([
  '-',
  'none',
  'unknown',
  'default string',
  'system serial number',
  'not specified',
  'not available',
]);

function clean(value: string | null | undefined): string {
  const text = printable(value ?? '').trim();
  const isFiller = fillers.has(text.toLowerCase()) || /^to be filled/i.test(text);
  return isFiller ? '' : text.slice(0, MAX_INVENTORY_TEXT);
}

/** On Linux only root may read serial numbers: an empty one then means nothing. */
function serial(value: string | null | undefined): string {
  return clean(value) || (process.platform === 'linux' && process.getuid?.() !== 0 ? NOT_PERMITTED : '');
}

function wholeNumber(value: number | null | undefined): number {
  return Number.isFinite(value) ? Math.max(0, Math.round(value ?? 0)) : 0;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/** Physical disks; where the platform tells none apart (virtio) the block devices stand in for them. */
async function disks(): Promise<readonly InventoryDisk[]> {
  const physical = (await si.diskLayout()).map((disk) => ({
    name: clean(disk.device.replace(/^\/dev\//, '')),
    model: clean(disk.name),
    kind: clean(disk.type),
    sizeBytes: wholeNumber(disk.size),
    serial: serial(disk.serialNum),
  }));
  if (physical.length > 0) return physical.sort(byName).slice(0, MAX_INVENTORY_LIST);
  const block = (await si.blockDevices()).filter((device) => device.type === 'disk' && device.size > 0);
  return block
    .map((device) => ({
      name: clean(device.name),
      model: clean(device.model),
      kind: '',
      sizeBytes: wholeNumber(device.size),
      serial: serial(device.serial),
    }))
    .sort(byName)
    .slice(0, MAX_INVENTORY_LIST);
}

/** From `os`, which knows every address; systeminformation gives one of each family. Link-local ones say nothing. */
function interfaces(): readonly InventoryInterface[] {
  const found: InventoryInterface[] = [];
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const usable = addresses.filter((each) => !each.internal && !each.address.startsWith('fe80:'));
    const [first] = usable;
    if (first === undefined || (process.platform === 'linux' && !isRealInterface(name))) continue;
    found.push({
      name: clean(name),
      mac: clean(first.mac),
      addresses: usable
        .map((each) => clean(each.cidr ?? each.address))
        .sort()
        .slice(0, MAX_INVENTORY_LIST),
    });
  }
  return found.sort(byName).slice(0, MAX_INVENTORY_LIST);
}

/** What a container may take counts, not what its host has. */
function memoryBytes(): number {
  const limit = process.platform === 'linux' ? readMemoryLimit(new FileReader(), '/sys') : undefined;
  return Math.min(totalmem(), limit?.sizeBytes ?? Number.POSITIVE_INFINITY);
}

async function takeInventory(agentVersion: string): Promise<Inventory> {
  const system = await si.system();
  const os = await si.osInfo();
  const cpu = await si.cpu();
  return {
    agentVersion: clean(agentVersion),
    hostname: clean(hostname()),
    platform: process.platform,
    architecture: arch(),
    osName: clean(os.distro),
    osVersion: clean(os.release),
    kernel: clean(os.kernel),
    manufacturer: clean(system.manufacturer),
    model: clean(system.model),
    serial: serial(system.serial),
    // What systeminformation finds depends on its user's rights; the processor tells everybody that it is a guest's.
    virtualisation: clean(system.virtualHost) || (system.virtual || cpu.flags.includes('hypervisor') ? 'virtual' : ''),
    cpuModel: clean(`${cpu.manufacturer} ${cpu.brand}`),
    cpuSockets: wholeNumber(cpu.processors),
    cpuCores: wholeNumber(cpu.physicalCores),
    cpuThreads: wholeNumber(cpu.cores),
    memoryBytes: memoryBytes(),
    disks: await disks(),
    interfaces: interfaces(),
    ...(process.platform === 'linux' ? { listening: readListening() } : {}),
  };
}

freezePrototypes();
process.stdout.write(JSON.stringify(await takeInventory(process.argv[2] ?? '')));
