import { spawn } from 'node:child_process';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SentenceError } from '../../../protocol/error.ts';
import { MAX_TASK_RESULT_BYTES } from '../../../protocol/wire/task.ts';
import { inventoryEnvironment } from '../../collect/inventory.ts';
import type { AgentKit } from '../feature.ts';

/** What the child is to do: the last of its arguments, as JSON. */
export type ChildOrder =
  | { readonly do: 'list'; readonly source: string; readonly filePath: string }
  | { readonly do: 'discover' };
export type ChildArgument = ChildOrder & Pick<AgentKit, 'dataDir' | 'recoveryFile'>;

/** Does it in a child, and returns what that prints. @throws VigiaError internal */
export type AskChild = (order: ChildOrder, signal: AbortSignal) => Promise<string>;

const MAX_SAID = 500;
/** A listing of 16 MB is read as a whole, which is beyond the agent's own heap. */
const HEAP = '--max-old-space-size=160';
/** Told to end, it ends all that it started; it is not waited for any longer. */
const GRACE_MS = 2_000;

/**
 * Everything about backups is done in a child: an agent stays small, and survives what a tool prints. The child ends what it started
 * as soon as its input ends, so also if the agent is gone.
 */
export function createAskChild({ dataDir, recoveryFile }: Pick<AgentKit, 'dataDir' | 'recoveryFile'>): AskChild {
  return async (order, signal) => {
    const argument: ChildArgument = { ...order, dataDir, recoveryFile };
    const child = spawn(process.execPath, [...childArguments(), JSON.stringify(argument)], {
      env: inventoryEnvironment,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let printed = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      if (printed.length <= MAX_TASK_RESULT_BYTES) printed += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      said = (said + chunk).slice(-MAX_SAID);
    });
    child.stdin.on('error', () => undefined);
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    child.once('error', reject);
    child.once('close', resolve);
    let grace: NodeJS.Timeout | undefined;
    const end = (): void => {
      child.stdin.destroy();
      grace = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    };
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      const code = await promise;
      if (code === 0) return printed;
      throw new SentenceError('internal', `The backups could not be looked at: ${said.trim() || `code ${code}`}.`);
    } finally {
      signal.removeEventListener('abort', end);
      clearTimeout(grace);
    }
  };
}

/** It lies beside this file: bundled with the bundle, as a source with the sources; and runs with our own flags. */
function childArguments(): readonly string[] {
  const isBundle = basename(fileURLToPath(import.meta.url)).endsWith('.mjs');
  const child = new URL(isBundle ? 'recovery-child.mjs' : 'child.ts', import.meta.url);
  return [...process.execArgv, HEAP, fileURLToPath(child)];
}
