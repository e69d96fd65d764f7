import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress as brotliWithCallback, gzip as gzipWithCallback } from 'node:zlib';
import { exportsOf } from './builtins.mjs';
import { linkBuilt, localReferences } from './html.mjs';
import { inRoot, root } from './paths.mjs';
import { SetupError } from './say.mjs';
import { PLACES_BANNER, sourcePlaces } from './source-places.mjs';

/** @typedef {import('esbuild').BuildOptions} BuildOptions */

const brotliCompress = promisify(brotliWithCallback);
const gzip = promisify(gzipWithCallback);

const PAGE = 'dashboard/index.html';
const SERVER_ENTRIES = {
  main: 'server/cli/main.ts',
  series: 'server/app/series-thread.ts',
  store: 'server/platform/store/worker.ts',
};
const AGENT_ENTRIES = {
  'vigia-agent': 'agent/main.ts',
  'inventory-child': 'agent/collect/inventory-child.ts',
  'recovery-child': 'agent/tasks/recovery/child.ts',
};

/**
 * CommonJS dependencies inside an ES module bundle still ask for Node's own modules through `require`; and `performance` loads
 * ten modules for a clock that `process` has as well.
 */
const AGENT_BANNER = [
  "const require=(name)=>process.getBuiltinModule('node:module').createRequire(import.meta.url)(name);",
  'const monotonicMs=()=>{const[s,ns]=process.hrtime();return s*1e3+ns/1e6};',
].join('');

/**
 * Takes Node's own modules without `import`, which evaluates everything that a module offers: that of `node:http` alone loads
 * a WebSocket client of 5 MB, and those of `node:fs` and `node:util` 1 MB each. What only a dynamic import leads to is
 * loaded with it.
 * @type {import('esbuild').Plugin}
 */
const leanBuiltins = {
  name: 'lean-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: 'builtin', sideEffects: false }));
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, async ({ path }) => {
      const names = (await exportsOf(path)).filter((name) => /^[a-z]\w*$/i.test(name));
      // An export that nobody imports is left out, because picking it is said to have no effect.
      const exports = names.map((name) => `const $${name}=/* @__PURE__ */pick("${name}");export{$${name} as ${name}};`);
      return { contents: `const pick=(name)=>process.getBuiltinModule("${path}")[name];${exports.join('')}` };
    });
  },
};

/**
 * Of package.json an agent needs its version: the rest would lie in the memory of every machine.
 * @type {import('esbuild').Plugin}
 */
const onlyVersion = {
  name: 'only-version',
  setup(build) {
    build.onLoad({ filter: /[\\/]package\.json$/ }, ({ path }) => {
      const { version } = JSON.parse(readFileSync(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/**
 * dist/dashboard: the page, and under assets/ everything it refers to, under names that carry a hash of their content.
 * @returns {Promise<import('../build.mjs').Bundle>}
 */
export async function buildDashboard() {
  requireSources([PAGE]);
  const html = readFileSync(inRoot(PAGE), 'utf8');
  const entries = localReferences(html).map((file) => `dashboard/${file}`);
  requireSources(entries);
  const { files, outputs, inputs } = await bundle({
    entryPoints: entries,
    outdir: 'dist/dashboard/assets',
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    publicPath: '/assets/',
    splitting: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    sourcemap: 'linked',
    loader: { '.svg': 'copy', '.png': 'copy', '.ico': 'copy', '.webmanifest': 'copy', '.woff2': 'copy' },
  });
  /** @param {string} path */
  const address = (path) => `/${relative('dist/dashboard', path).replaceAll('\\', '/')}`;
  const built = Object.entries(outputs);
  const addresses = new Map(
    built.flatMap(([path, { entryPoint }]) =>
      entryPoint === undefined ? [] : [[relative('dashboard', entryPoint).replaceAll('\\', '/'), address(path)]],
    ),
  );
  const early = firstModules(outputs).map(address);
  const styles = built.flatMap(([, { cssBundle }]) => (cssBundle === undefined ? [] : [address(cssBundle)]));
  // The page comes last: a server that serves this folder meanwhile never hands out a page whose files are missing.
  const page = { path: 'dist/dashboard/index.html', contents: linkBuilt(html, addresses, styles, early) };
  const written = write(await withCompressed([...files, page]));
  await prune('dist/dashboard/assets', written);
  return { inputs: [PAGE, ...inputs], outputs: written };
}

/**
 * dist/agent: the agent in one file, and the short-lived child that takes the inventory in another.
 * @returns {Promise<import('../build.mjs').Bundle>}
 */
export async function buildAgent() {
  requireSources(Object.values(AGENT_ENTRIES));
  const { files, inputs } = await bundle({
    entryPoints: AGENT_ENTRIES,
    outdir: 'dist/agent',
    outExtension: { '.js': '.mjs' },
    platform: 'node',
    target: 'node26',
    banner: { js: AGENT_BANNER },
    define: { 'performance.now': 'monotonicMs' },
    plugins: [leanBuiltins, onlyVersion],
  });
  return { inputs, outputs: write(files) };
}

/**
 * dist/server: the server and its two threads, and in files of their own what only some of them load. The log names functions and
 * lines, so names stay and lines are short. Indentation and comments go, because V8 keeps the text of a script for good, and, if a
 * single letter of it is beyond Latin 1, with two bytes for each: with the comments of some packages this one took 7 MB more.
 * @param {readonly string[]} before what was built last: a running server may still load parts of it
 * @returns {Promise<import('../build.mjs').Bundle>}
 */
export async function buildServer(before) {
  requireSources(Object.values(SERVER_ENTRIES));
  const { files, inputs } = await bundle({
    entryPoints: SERVER_ENTRIES,
    outdir: 'dist/server',
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    splitting: true,
    platform: 'node',
    target: 'node26',
    minify: false,
    minifyWhitespace: true,
    lineLimit: 120,
    banner: { js: PLACES_BANNER },
    plugins: [sourcePlaces(SERVER_ENTRIES)],
  });
  const written = write(files);
  await prune('dist/server', [...written, ...before]);
  return { inputs, outputs: written };
}

/** @param {BuildOptions} options */
async function bundle(options) {
  const esbuild = await import('esbuild');
  try {
    const result = await esbuild.build({
      minify: true,
      ...options,
      bundle: true,
      format: 'esm',
      metafile: true,
      write: false,
      legalComments: 'none',
      logLevel: 'silent',
      absWorkingDir: root,
    });
    const files = result.outputFiles.map(({ path, contents }) => ({ path: relative(root, path), contents }));
    return { files, outputs: result.metafile.outputs, inputs: ownSources(Object.keys(result.metafile.inputs)) };
  } catch (error) {
    const { errors } = /** @type {Partial<import('esbuild').BuildFailure>} */ (error);
    if (errors === undefined) throw error;
    const sentences = await esbuild.formatMessages(errors, { kind: 'error' });
    throw new SetupError(`the sources do not build:\n${sentences.join('').trimEnd()}`);
  } finally {
    await esbuild.stop();
  }
}

/** What node_modules holds is told by package-lock.json. @param {readonly string[]} inputs */
function ownSources(inputs) {
  return inputs.filter((path) => !path.startsWith('node_modules/') && existsSync(inRoot(path)));
}

/** @param {readonly string[]} paths */
function requireSources(paths) {
  for (const path of paths) {
    if (!existsSync(inRoot(path))) throw new SetupError(`${path} is missing; restore it with: git checkout -- ${path}`);
  }
}

/** The page that most people open first; each page is a module of its own. */
const FIRST_VIEW = 'dashboard/features/now/Now.tsx';

/**
 * What the script of the page and its first view import, so that all of it is asked for with the page itself.
 * @param {import('esbuild').Metafile['outputs']} outputs
 * @returns {string[]} paths of built files
 */
function firstModules(outputs) {
  const entries = Object.entries(outputs).filter(
    ([path, { entryPoint }]) =>
      path.endsWith('.js') && (entryPoint === 'dashboard/main.tsx' || entryPoint === FIRST_VIEW),
  );
  /** @type {Set<string>} */
  const found = new Set();
  /** @param {string} path */
  const add = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) if (kind === 'import-statement') add(next);
  };
  for (const [path] of entries) add(path);
  return [...found];
}

/** What a page loads, once more as brotli and as gzip, each before the file itself: what is there is whole. */
const COMPRESSIBLE = /\.(?:js|css|svg|html|webmanifest)$/;

/**
 * @param {readonly {path: string, contents: string | Uint8Array}[]} files
 * @returns {Promise<{path: string, contents: string | Uint8Array}[]>}
 */
async function withCompressed(files) {
  const groups = files.map(async (file) => {
    if (!COMPRESSIBLE.test(file.path)) return [file];
    const [brotli, gzipped] = await Promise.all([brotliCompress(file.contents), gzip(file.contents, { level: 9 })]);
    return [{ path: `${file.path}.br`, contents: brotli }, { path: `${file.path}.gz`, contents: gzipped }, file];
  });
  return (await Promise.all(groups)).flat();
}

/**
 * @param {readonly {path: string, contents: string | Uint8Array}[]} files
 * @returns {string[]} their paths
 */
function write(files) {
  for (const { path, contents } of files) {
    mkdirSync(dirname(inRoot(path)), { recursive: true });
    writeFileSync(inRoot(`${path}.new`), contents);
    renameSync(inRoot(`${path}.new`), inRoot(path));
  }
  return files.map(({ path }) => path);
}

/** Removes what an earlier build left. @param {string} folder @param {readonly string[]} keep */
async function prune(folder, keep) {
  for (const name of await readdir(inRoot(folder))) {
    if (!keep.includes(join(folder, name))) rmSync(inRoot(folder, name), { recursive: true });
  }
}
