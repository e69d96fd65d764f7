import { findNode } from './node26.mjs';
import { run } from './run.mjs';
import { SetupError } from './say.mjs';

const LIST = `JSON.stringify(Object.fromEntries(require('module').builtinModules
  .filter((name) => !name.startsWith('_'))
  .map((name) => ['node:' + name.replace(/^node:/, ''), Object.keys(process.getBuiltinModule(name) ?? {})])))`;

/** @type {Promise<Record<string, string[]>> | undefined} */
let listed;

/**
 * What a module of Node's own offers in the Node that runs Vigia: the one that builds may be older, and offer less.
 * @param {string} module such as `node:tls`
 * @returns {Promise<string[]>} names
 */
export async function exportsOf(module) {
  listed ??= list();
  return (await listed)[module] ?? [];
}

async function list() {
  const { ok, stdout, output } = await run(await findNode(), ['--no-warnings', '-p', LIST], { timeoutMs: 60_000 });
  if (!ok) throw new SetupError(`Node does not say what its modules offer: ${output.trim()}`);
  return JSON.parse(stdout);
}
