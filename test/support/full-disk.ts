import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isDiskFull, openStore } from '../../server/platform/store/store.ts';

/** Run with a folder on a small file system: fills it under an open store, frees it again, and prints what happened as JSON. */

const folder = process.argv[2] ?? '';
let store = await openStore({ path: join(folder, 'vigia.db'), clock: Date.now });
await store.settings.set('cursor', 1);

const filler = openSync(join(folder, 'filler'), 'w');
try {
  for (;;) writeSync(filler, Buffer.alloc(4096));
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
}
const outcome = (promise: Promise<unknown>) =>
  promise.then(
    () => 'written',
    (error: unknown) => (isDiskFull(error) ? 'disk full' : String(error)),
  );
const large = 'x'.repeat(100_000);
const commit = await outcome(
  store.commit([store.settings.setStatement('cursor', 2), store.settings.setStatement('large', large)]),
);
const transaction = await outcome(store.transaction((handle) => handle.settings.set('large', large)));
const another = await outcome(openStore({ path: join(folder, 'second.db'), clock: Date.now }));
const whileFull = await store.settings.get('cursor');
await store.close();
store = await openStore({ path: join(folder, 'vigia.db'), clock: Date.now });
const reopened = await store.settings.get('cursor');
const written = await outcome(store.settings.set('large', large));

closeSync(filler);
rmSync(join(folder, 'filler'));
const recovered = await outcome(store.commit([store.settings.setStatement('cursor', 3)]));
const afterwards = await store.settings.get('cursor');
await store.close();
process.stdout.write(
  JSON.stringify({ commit, transaction, another, whileFull, reopened, written, recovered, afterwards }),
);
