import { join } from 'node:path';
import type { Config } from '../config.ts';
import type { DataDir } from '../data-dir.ts';
import { createApiKeys } from '../security/api-keys.ts';
import { loadIdentity } from '../security/identity.ts';
import { createPasswords } from '../security/passwords.ts';
import { loadTls } from '../security/tls.ts';
import { createEnrolmentTokens } from '../security/tokens.ts';
import { openStore } from '../store/store.ts';
import { type Perform, perform } from './operations.ts';

/** Runs operations on the store of a data folder that no server holds. */
export async function withOwnStore<T>(
  config: Config,
  dataDir: DataDir,
  work: (perform: Perform) => Promise<T>,
): Promise<T> {
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
}
