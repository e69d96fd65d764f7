/** `src` and `href` that point beside the page: `./main.tsx`, `./icon.svg`. */
const LOCAL_REFERENCE = /\b(src|href)="\.\/([^"]+)"/g;

/**
 * The files beside the page that it refers to.
 * @param {string} html
 * @returns {string[]} relative to the page
 */
export function localReferences(html) {
  return [...new Set([...html.matchAll(LOCAL_REFERENCE)].map((match) => match[2] ?? ''))];
}

/**
 * The page with its references turned into the addresses of the built files, and a style sheet tag for each further one.
 * @param {string} html
 * @param {ReadonlyMap<string, string>} addresses by reference
 * @param {readonly string[]} styles addresses of style sheets that scripts import
 * @param {readonly string[]} [modules] addresses of modules to be asked for at once
 */
export function linkBuilt(html, addresses, styles, modules = []) {
  const linked = html.replace(LOCAL_REFERENCE, (_, attribute, file) => `${attribute}="${addresses.get(file) ?? file}"`);
  const tags = [
    ...styles.map((address) => `<link rel="stylesheet" href="${address}">\n`),
    ...modules.map((address) => `<link rel="modulepreload" href="${address}">\n`),
  ].join('');
  return linked.replace('</head>', () => `${tags}</head>`);
}
