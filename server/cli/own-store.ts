import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import type { Config } from '../app/config/config.ts';
import { migrations } from '../app/features.ts';
import type { Acting } from '../core/incidents/act.ts';
import { everyClient } from '../domain/scope.ts';
import { ContractBook } from '../features/contracts/contract-book.ts';
import { MaintenanceBook } from '../features/maintenance/maintenance-book.ts';
import { createMaintenancePort } from '../features/maintenance/maintenance-port.ts';
import type { MaintenancePort } from '../features/maintenance/port.ts';
import { createBackup } from '../platform/backup/create-backup.ts';
import { copyDatabase } from '../platform/files/copy-database.ts';
import type { DataDir } from '../platform/files/data-dir.ts';
import { loadIdentity } from '../platform/security/identity.ts';
import { createPasswords } from '../platform/security/passwords.ts';
import { createPeople } from '../platform/security/people.ts';
import { loadTls } from '../platform/security/tls.ts';
import { createEnrolmentTokens } from '../platform/security/tokens.ts';
import { openStore, type Store } from '../platform/store/store.ts';
import { type Perform, perform } from './operations.ts';
import { createOwnActs } from './own-acts.ts';

/** Planned work without a server: written at once, and followed by the next server that starts. */
async function maintenanceOf(store: Store, { act }: Acting): Promise<MaintenancePort> {
  const book = new MaintenanceBook(new ContractBook(await store.scoped(everyClient).contracts.all()));
  await book.load(store);
  return createMaintenancePort({ store, book, now: Date.now, act });
}

/** Runs operations on the store of a data folder that no server holds. */
export async function withOwnStore<T>(
  config: Config,
  dataDir: DataDir,
  work: (perform: Perform) => Promise<T>,
): Promise<T> {
  const store = await openStore({ path: join(dataDir.path, 'state.db'), clock: Date.now, migrations });
  const acting = createOwnActs(store, Date.now);
  // Nobody remembers anything here.
  const followCatalogue = (): Promise<void> => Promise.resolve();
  const passwords = createPasswords();
  // Nobody logs in here, and nothing waits to be written.
  const people = await createPeople({
    store,
    actOnStore: acting.actOnStore,
    followCatalogue,
    passwords,
    clock: Date.now,
    logger: { warn: () => undefined },
  });
  try {
    const identity = await loadIdentity(dataDir.path);
    const context = {
      store,
      actOnStore: acting.actOnStore,
      followCatalogue,
      passwords,
      apiKeys: people.apiKeys,
      credentials: people.credentials,
      enrolmentTokens: createEnrolmentTokens(identity, Date.now),
      maintenance: await maintenanceOf(store, acting),
      tls: await loadTls({ choice: config.tls, dataDir: dataDir.path, hosts: [], nowMs: Date.now() }),
      publicAddress: config.publicUrl,
      backup: (file: string) =>
        createBackup({
          dataDir: dataDir.path,
          file,
          version: manifest.version,
          now: Date.now(),
          copySeries: (to) => copyDatabase(join(dataDir.path, 'series.db'), to),
        }),
      running: null,
    };
    return await work(((name, input) => perform(context, name, input)) as Perform);
  } finally {
    await people.close();
    await store.close();
  }
}
