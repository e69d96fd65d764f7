import { relative } from 'node:path';
import t from 'tap';
import { root } from './lib/paths.mjs';

/**
 * `node scripts/run-tests.mjs <file ...>`: runs test files, some at a time, each in a process of its own, and says all they say as TAP.
 * It is what `tap run` does without its loaders. They watch every file that a test imports, and cost each test file a third of a
 * second of processor time, and each server, agent and command that a test starts half a second.
 */

const JOBS = 2;
/** No file may take longer, on a machine that is busy with other things as well. */
const TIMEOUT_S = 400;

t.jobs = JOBS;
t.setTimeout(0);
const env = { ...process.env, TAP_TIMEOUT: String(TIMEOUT_S) };
for (const file of process.argv.slice(2)) {
  const name = relative(root, file);
  const how = { at: null, stack: '', buffered: true, cwd: root, env, timeout: TIMEOUT_S * 1_000 };
  void t.spawn(process.execPath, ['--enable-source-maps', file], how, name);
}
