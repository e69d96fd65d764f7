import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { refused } from '../../protocol/said/refused.ts';
import { said } from '../../protocol/said/said.ts';
import { agentEnvironment, agentNodeFlags } from '../../protocol/wire/agent-flags.ts';
import { environmentWith } from '../app/config/config.ts';
import { agentBundle } from './paths.ts';

/** Runs the agent with these arguments in our place. Returns its exit code. */
export async function runAgent(args: readonly string[]): Promise<number> {
  if (!existsSync(agentBundle)) {
    throw refused('artifact_missing', said('refused.cli.no-agent'));
  }
  const child = spawn(process.execPath, [...agentNodeFlags, agentBundle, ...args], {
    stdio: 'inherit',
    env: environmentWith(agentEnvironment),
  });
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  // The terminal gives Ctrl-C to the child itself.
  process.on('SIGINT', () => undefined);
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
