/** @typedef {import('./imports.mjs').Source} Source */

/**
 * Folders that could leave this repository tomorrow: they import of ours but types, and what they need of ours is given to them. Of
 * them others import the front alone, for which its README stands.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
const PACKAGES = {
  'server/platform/series': [
    'open-series.ts',
    'serve-series.ts',
    'embedded-series.ts',
    'series-store.ts',
    'series-options.ts',
    'series-error.ts',
    'suited.ts',
  ],
};

/**
 * What ties a package to the rest.
 * @param {readonly Source[]} sources
 * @param {Readonly<Record<string, readonly string[]>>} [packages] the files of the front of each
 * @returns {readonly string[]} such as `server/platform/series/a.ts -> protocol/error.ts`
 */
export function packageTies(sources, packages = PACKAGES) {
  return Object.entries(packages).flatMap(([folder, front]) => {
    const isInside = (/** @type {string} */ path) => path.startsWith(`${folder}/`);
    const isFront = (/** @type {string} */ path) => front.some((name) => path === `${folder}/${name}`);
    return sources.flatMap(({ path, imports, runs }) => {
      const ties = isInside(path)
        ? runs.filter((to) => !isInside(to))
        : imports.filter((to) => isInside(to) && !isFront(to));
      return ties.map((to) => `${path} -> ${to}`);
    });
  });
}
