#!/usr/bin/env node
import { build } from './build.mjs';
import { become } from './lib/become.mjs';
import { inRoot } from './lib/paths.mjs';
import { runMain } from './lib/say.mjs';
import { ensureSystemPrograms } from './lib/system.mjs';
import { closingLine } from './lib/tally.mjs';
import { setup } from './setup.mjs';

/** What Node made of a source for one test file serves all others, and the servers that they start, also in a copy of the clone. */
const compiledOnce = {
  NODE_COMPILE_CACHE: inRoot('node_modules', '.cache', 'vigia'),
  NODE_COMPILE_CACHE_PORTABLE: '1',
};

/** Sets everything up that the tests need, then hands over to check.mjs, which needs a recent Node. */
await runMain(async () => {
  try {
    const node = await setup({ dev: true });
    await ensureSystemPrograms();
    await build();
    await become(node, [inRoot('scripts', 'check.mjs'), ...process.argv.slice(2)], compiledOnce);
  } catch (error) {
    process.on('exit', () => console.log(closingLine(0, 1)));
    throw error;
  }
});
