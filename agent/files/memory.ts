import { join } from 'node:path';
import { readFileIfAny, replaceFile } from './file.ts';

/** What the agent remembers from one start to the next beside its key and its spool. Losing it costs one inventory. */
export interface Memory {
  /** The boot the last run saw. */
  readonly bootId?: string;
  /** SHA-256, hex, of the device id and the inventory that its server has taken. */
  readonly inventoryHash?: string;
  /** The device that another machine is, as its server said: also after a reboot this one is told apart. */
  readonly givenUp?: string;
}

const FILE = 'memory.json';

export function readMemory(dataDir: string): Memory {
  try {
    return JSON.parse(readFileIfAny(join(dataDir, FILE)) ?? '{}') as Memory;
  } catch {
    return {};
  }
}

export function writeMemory(dataDir: string, memory: Memory): void {
  replaceFile(join(dataDir, FILE), `${JSON.stringify(memory)}\n`);
}
