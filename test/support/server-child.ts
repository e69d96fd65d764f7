import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What the tests' server process is told, as JSON in its first argument. */
export interface ServerChildOptions {
  readonly dataDir: string;
  readonly port: number;
  /** Replaces parts of the default detection settings, one level deep. */
  readonly settings?: Record<string, unknown>;
  readonly environment?: Record<string, string>;
}

export interface ServerChild {
  readonly address: string;
  readonly process: ChildProcess;
  /** Ends it at once, as a power cut would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Stops it politely. Rejects if it does not end by itself. */
  stop(): Promise<void>;
}

const entry = fileURLToPath(new URL('./server-main.ts', import.meta.url));
const START_DEADLINE_MS = 180_000;

/** Starts a server process, by the command that `wrap` makes of its own, and waits until it listens. Rejects with what it printed if it ends instead. */
export async function startServerChild(
  options: ServerChildOptions,
  wrap: (command: readonly string[]) => readonly string[] = (command) => command,
): Promise<ServerChild> {
  const [program = '', ...args] = wrap([process.execPath, entry, JSON.stringify(options)]);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString()).slice(-4000);
  });
  const gone = once(child, 'exit');
  const address = await new Promise<string>((resolve, reject) => {
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`the server did not start in time: ${errors}`));
    }, START_DEADLINE_MS);
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { address } = JSON.parse(line) as { address?: string };
      if (address === undefined) return;
      clearTimeout(deadline);
      resolve(address);
    });
    gone.then(([code]) => {
      clearTimeout(deadline);
      reject(new Error(`the server ended with ${code}: ${errors}`));
    }, reject);
  });
  return {
    address,
    process: child,
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
    async stop() {
      child.kill('SIGTERM');
      const [code] = await gone;
      if (code !== 0) throw new Error(`the server ended with ${code}: ${errors}`);
    },
  };
}
