import { readFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { root } from './paths.mjs';

/** Begins every file of the bundle: what is below rewrites to, and `require` for what only CommonJS can name. */
export const PLACES_BANNER = [
  "import{createRequire as $createRequire}from'node:module';import{fileURLToPath as $pathOf}from'node:url';",
  'const require=$createRequire(import.meta.url);',
  // The bundle lies two folders deep in the clone, as dist/server.
  "const $source=(path)=>new URL('../../'+path,import.meta.url).href;",
].join('\n');

const THREAD = /new URL\('(\.[^']+\.ts)', import\.meta\.url\)/g;

/**
 * Code in a bundle still finds what lies beside its source: `import.meta.url`, `__dirname` and `__filename` are those of the
 * source. A thread, `new URL('./thread.ts', import.meta.url)`, is started from the bundle.
 * @param {Readonly<Record<string, string>>} entries the sources that are bundled as files of their own, by the names of these
 * @returns {import('esbuild').Plugin}
 */
export function sourcePlaces(entries) {
  const built = new Map(Object.entries(entries).map(([name, source]) => [source, `./${name}.mjs`]));
  /** @param {string} from @param {string} path */
  const threadAt = (from, path) => {
    const source = fromRoot(resolve(dirname(from), path));
    const name = built.get(source);
    if (name === undefined) throw new Error(`${source} is not an entry of the bundle`);
    return `new URL('${name}', import.meta.url)`;
  };
  return {
    name: 'source-places',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const place = `$source(${JSON.stringify(fromRoot(path))})`;
        const parts = text.split(THREAD);
        // What stood in the brackets of the expression is every second part.
        const contents = parts
          .map((part, index) => (index % 2 === 1 ? threadAt(path, part) : part.replaceAll('import.meta.url', place)))
          .join('');
        return { contents, loader: 'ts' };
      });
      build.onLoad({ filter: /node_modules[/\\].*\.c?js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!/\b__(?:dirname|filename)\b/.test(text)) return undefined;
        const place = (/** @type {string} */ of) => `$pathOf($source(${JSON.stringify(fromRoot(of))}))`;
        return {
          contents: text
            .replaceAll(/(?<![.\w])__dirname\b/g, place(dirname(path)))
            .replaceAll(/(?<![.\w])__filename\b/g, place(path)),
          loader: 'js',
        };
      });
    },
  };
}

/** @param {string} path */
function fromRoot(path) {
  return relative(root, path).replaceAll('\\', '/');
}
