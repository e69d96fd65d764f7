#!/usr/bin/env node
import { build } from './build.mjs';
import { become } from './lib/become.mjs';
import { serverEntry, serverEnvironment, serverFlags } from './lib/lean.mjs';
import { runMain } from './lib/say.mjs';
import { setup } from './setup.mjs';

/** These serve the dashboard; any other command runs with the one that is there. */
const SERVING = ['up', 'server'];

await runMain(async () => {
  const args = process.argv.slice(2);
  const node = await setup({ dev: false });
  await build({ acceptOldDashboard: !SERVING.includes(args[0] ?? '') });
  await become(node, [...serverFlags, serverEntry, ...args], serverEnvironment);
});
