#!/usr/bin/env node
import { build } from './build.mjs';
import { become } from './lib/become.mjs';
import { inRoot } from './lib/paths.mjs';
import { runMain } from './lib/say.mjs';
import { setup } from './setup.mjs';

/** These serve the dashboard; any other command runs with the one that is there. */
const SERVING = ['up', 'server'];

/** A young generation that grows to V8's own 16 MB or more costs 20 to 30 MB that nothing needs. */
const leanHeap = ['--max-semi-space-size=4'];

/** What Node made of the sources last time is used again: the compiler that strips types then never loads (40 MB, in each thread). */
const leanStart = { NODE_COMPILE_CACHE: inRoot('node_modules', '.cache', 'vigia'), MALLOC_ARENA_MAX: '2' };

await runMain(async () => {
  const args = process.argv.slice(2);
  const node = await setup({ dev: false });
  await build({ acceptOldDashboard: !SERVING.includes(args[0] ?? '') });
  await become(node, [...leanHeap, inRoot('server', 'main.ts'), ...args], leanStart);
});
