import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

/**
 * Which file imports which, read from the sources themselves: also what is imported for its types only, since a reader
 * follows those just as well.
 */

const SOURCE = /\.(?:ts|tsx|mts|js|mjs)$/;
const IMPORT =
  /(?:^|[\s;}])(?:import|export)\b[^'";]*?\bfrom\s*'([^']+)'|(?:^|[\s;}])import\s*'([^']+)'|\bimport\('([^']+)'\)/g;
const OF_TYPES = /(^|[\s;}])(?:import|export)\s+type\b[^'";]*?\bfrom\s*'[^']+'/g;
const WORKER = /new URL\('([^']+)',\s*import\.meta\.url\)/g;

/**
 * @typedef {{ path: string, lines: number, imports: readonly string[], runs: readonly string[] }} Source `imports` are paths in the
 * repository; `runs` those of them that are imported for more than types
 */

/**
 * @param {string} root of the repository
 * @param {readonly string[]} folders
 * @returns {Map<string, Source>} by path, with `/` between its parts
 */
export function readSources(root, folders) {
  /** @type {Map<string, Source>} */
  const sources = new Map();
  for (const folder of folders) {
    for (const entry of readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })) {
      const path = `${folder}/${entry.replaceAll('\\', '/')}`;
      if (SOURCE.test(path) && !path.includes('/node_modules/')) {
        const text = readFileSync(join(root, path), 'utf8');
        const imports = importsOf(path, text);
        const runs = importsOf(path, withoutTypes(text));
        sources.set(path, { path, lines: text.split('\n').length - 1, imports, runs });
      }
    }
  }
  return sources;
}

/**
 * @param {string} path of the importing file
 * @param {string} text
 * @returns {readonly string[]} what it imports of ours, each once
 */
export function importsOf(path, text) {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const named = [...code.matchAll(IMPORT), ...code.matchAll(WORKER)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );
  const own = named.filter((name) => name.startsWith('.') && SOURCE.test(name));
  return [...new Set(own.map((name) => normalize(join(dirname(path), name)).replaceAll('\\', '/')))];
}

/** The text without what it imports for types only. @param {string} text */
export function withoutTypes(text) {
  return text.replaceAll(OF_TYPES, '$1');
}
