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
  /** Runs that go on elsewhere too, hex, the newest last: what this machine has of them is told under the other id. */
  readonly forks?: readonly Fork[];
}

/** A run of which another machine has a copy, and what this machine calls its own part of it. */
export interface Fork {
  readonly runId: string;
  readonly as: string;
}

/** Spools seldom hold more runs, and memory is seldom copied. */
const MAX_FORKS = 64;

/** Another machine goes on with this run: from now on it is called `as` here. */
export function withFork(forks: readonly Fork[], fork: Fork): Fork[] {
  return [...forks.filter(({ runId }) => runId !== fork.runId), fork].slice(-MAX_FORKS);
}

/** What the server is told a run is called. */
export function nameOfRun(forks: readonly Fork[] | undefined, runId: string): string {
  return forks?.find((fork) => fork.runId === runId)?.as ?? runId;
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
