import { join } from 'node:path';
import { VigiaError } from '../../protocol/error.ts';
import type { Config } from '../config.ts';
import { type DataDir, openDataDir, socketAddress } from '../data-dir.ts';
import { createApiKeys } from '../security/api-keys.ts';
import { loadIdentity } from '../security/identity.ts';
import { createPasswords } from '../security/passwords.ts';
import { loadTls } from '../security/tls.ts';
import { createEnrolmentTokens } from '../security/tokens.ts';
import { openStore } from '../store/store.ts';
import { askLocalSocket } from './local-socket.ts';
import { type Perform, perform } from './operations.ts';

/**
 * Lets the command line run operations: by the server that holds the data folder or, if none does, on the store itself, which
 * is then held until `work` is done.
 */
export async function withAdministration<T>(config: Config, work: (perform: Perform) => Promise<T>): Promise<T> {
  const dataDir = takeDataDir(config.dataDir);
  return dataDir === null ? askRunningServer(config.dataDir, work) : openHere(config, dataDir, work);
}

/** Null if a server holds it. */
function takeDataDir(path: string): DataDir | null {
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
    return await work(((operation, input) => askLocalSocket(path, { operation, input })) as Perform);
  } finally {
    close();
  }
}

async function openHere<T>(config: Config, dataDir: DataDir, work: (perform: Perform) => Promise<T>): Promise<T> {
  try {
    const store = await openStore({ path: join(dataDir.path, 'state.db'), clock: Date.now });
    try {
      const identity = await loadIdentity(dataDir.path);
      const context = {
        store,
        passwords: createPasswords(),
        apiKeys: createApiKeys(store, Date.now),
        enrolmentTokens: createEnrolmentTokens(store, identity, Date.now),
        tls: await loadTls({ choice: config.tls, dataDir: dataDir.path, hosts: [], nowMs: Date.now() }),
        publicAddress: config.publicUrl,
        running: null,
      };
      return await work(((name, input) => perform(context, name, input)) as Perform);
    } finally {
      await store.close();
    }
  } finally {
    dataDir.release();
  }
}
