import { openStore } from '../../server/platform/store/store.ts';

/** Commits 1, 2, 3, ... in two places at once, and says each number when it is durable, until it is killed. */
const store = await openStore({ path: process.argv[2] ?? '', clock: Date.now });
for (let number = 1; ; number += 1) {
  await store.commit([store.settings.setStatement('left', number), store.settings.setStatement('right', number)]);
  process.send?.(number);
}
