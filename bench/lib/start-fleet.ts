import { setTimeout as sleep } from 'node:timers/promises';
import { type Dashboard, openDashboard } from './client.ts';
import { type FleetFolder, makeFleetFolder } from './fleet-folder.ts';
import { LoadProcesses } from './load-process.ts';
import type { Flags } from './options.ts';
import { round } from './process-figures.ts';
import { say } from './say.ts';
import { type ServerProcess, startServer } from './server-process.ts';

/** What every measurement with a whole fleet begins with. */
export interface Fleet {
  readonly agents: number;
  readonly intervalMs: number;
  readonly folder: FleetFolder;
  readonly server: ServerProcess;
  readonly load: LoadProcesses;
  readonly dashboard: Dashboard;
  readonly connectMs: number;
}

export const fleetFlags = ['agents', 'interval', 'warm-up', 'connects-per-second', 'load-processes', 'tls!'];

const CONNECT_DEADLINE_MS = 240_000;

/**
 * Enrols, starts the server, opens a dashboard, connects all agents, lets them report and warms up; then does the work and
 * leaves nothing behind, however it ends.
 */
export async function withFleet<T>(
  flags: Flags,
  usual: { readonly agents: number; readonly warmUp: string; readonly interval?: string; readonly inspect?: boolean },
  work: (fleet: Fleet) => Promise<T>,
): Promise<T> {
  const agents = flags.count('agents', usual.agents);
  const intervalMs = flags.durationMs('interval', usual.interval ?? '1s');
  const folder = await makeFleetFolder(agents);
  say(`${agents} devices are enrolled in ${folder.dataDir}`);
  const server = await startServer({
    dataDir: folder.dataDir,
    intervalMs,
    tls: true,
    inspect: usual.inspect ?? false,
  }).catch((cause: unknown) => {
    folder.remove();
    throw cause;
  });
  const { host, port } = server;
  const load = new LoadProcesses({ host, port, intervalMs, agents, processes: flags.count('load-processes', 1) });
  try {
    const dashboard = await openDashboard(server.origin, folder);
    const connectMs = await load.connect(flags.count('connects-per-second', 400), CONNECT_DEADLINE_MS);
    await load.report();
    say(`all are connected after ${round(connectMs / 1000, 1)} s`);
    await sleep(flags.durationMs('warm-up', usual.warmUp));
    return await work({ agents, intervalMs, folder, server, load, dashboard, connectMs });
  } catch (cause) {
    say(server.log());
    throw cause;
  } finally {
    await load.close();
    await server.kill();
    folder.remove();
  }
}
