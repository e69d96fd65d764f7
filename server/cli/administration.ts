import { VigiaError } from '../../protocol/error.ts';
import type { Config } from '../app/config/config.ts';
import { type DataDir, openDataDir, socketAddress } from '../platform/files/data-dir.ts';
import { askLocalSocket } from './local-socket.ts';
import type { OperationName, Perform } from './operations.ts';

/**
 * Lets the command line run operations: by the server that holds the data folder or, if none does, on the store itself, which
 * is then held until `work` is done.
 */
export async function withAdministration<T>(config: Config, work: (perform: Perform) => Promise<T>): Promise<T> {
  const dataDir = lockDataDir(config.dataDir);
  if (dataDir === null) return askRunningServer(config.dataDir, work);
  try {
    // The store is loaded only when it is to be opened here: it takes longer than all the rest.
    const { withOwnStore } = await import('./own-store.ts');
    return await withOwnStore(config, dataDir, work);
  } finally {
    dataDir.release();
  }
}

/** What takes longer than a moment: years of series are copied at the speed of the disk. */
const deadlinesMs: Partial<Record<OperationName, number>> = {
  'backup.create': 6 * 3_600_000,
  'audit.verify': 3_600_000,
};

/** Null if a server holds it. */
function lockDataDir(path: string): DataDir | null {
  try {
    return openDataDir(path);
  } catch (error) {
    if (error instanceof VigiaError && error.code === 'data_dir_in_use') return null;
    throw error;
  }
}

async function askRunningServer<T>(folder: string, work: (perform: Perform) => Promise<T>): Promise<T> {
  const { path, close } = socketAddress(folder);
  try {
    return await work(((operation, input) =>
      askLocalSocket(path, { operation, input }, deadlinesMs[operation])) as Perform);
  } finally {
    close();
  }
}
