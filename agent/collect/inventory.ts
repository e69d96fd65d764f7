import { execFile } from 'node:child_process';
import { SentenceError } from '../../protocol/error.ts';
import { MAX_INVENTORY_BYTES } from '../../protocol/wire/frame.ts';
import { type Inventory, parseInventory } from '../../protocol/wire/inventory.ts';

export interface InventoryOptions {
  /** The program that prints the inventory and its arguments: `[node, inventory-child.js, agentVersion]`. */
  readonly command: readonly string[];
  /** After this long the child is killed. */
  readonly timeoutMs: number;
}

/** All that the child sees of an environment: where the system's own programs are, and their untranslated output. */
export const inventoryEnvironment: Readonly<Record<string, string>> =
  process.platform === 'win32'
    ? {
        SystemRoot: 'C:\\Windows',
        PATH: 'C:\\Windows\\System32;C:\\Windows\\System32\\Wbem;C:\\Windows\\System32\\WindowsPowerShell\\v1.0',
      }
    : { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' };

/**
 * Takes the inventory in a child process: some hundred programs are started on the way, which takes a second or more.
 * @throws VigiaError `internal` if the child cannot be started, fails, takes too long or prints too much
 * @throws ProtocolError `frame_malformed` if what it prints is no inventory
 */
export async function collectInventory({ command, timeoutMs }: InventoryOptions): Promise<Inventory> {
  const [program, ...args] = command;
  if (program === undefined) throw new SentenceError('internal', 'No command was given to take the inventory with.');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(
    program,
    args,
    {
      env: inventoryEnvironment,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: MAX_INVENTORY_BYTES,
      encoding: 'utf8',
      windowsHide: true,
    },
    (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const why = error.killed
        ? `it took longer than ${timeoutMs} ms or printed too much`
        : stderr.trim().slice(0, 500) || error.message;
      reject(new SentenceError('internal', `The inventory could not be taken: ${why}.`));
    },
  );
  return parseInventory(await promise);
}
