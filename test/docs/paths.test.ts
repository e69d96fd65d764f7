import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

/** Documentation that points to a file which is no longer there misleads quietly. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'deploy/README.md'],
  ...['server/platform/series/README.md', 'server/platform/series/FORMAT.md'],
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const folders = 'agent|server|dashboard|protocol|test|bench|docs|deploy|scripts';
const ourPath = new RegExp(`\`((?:${folders})/[\\w./*-]*)\``, 'g');
const link = /\]\((?!https?:|#)([^)#]+)/g;

for (const page of pages) {
  t.test(page, async (t) => {
    const text = readFileSync(join(root, page), 'utf8');
    const named = [...text.matchAll(ourPath)].map(([, path]) => path ?? '');
    const linked = [...text.matchAll(link)].map(([, path]) => join(dirname(page), path ?? ''));
    const missing = [...named, ...linked].filter((path) => !exists(path));
    t.same(missing, [], `${named.length + linked.length} paths`);
  });
}

/** A `*` in the last part stands for any file. */
function exists(path: string): boolean {
  if (!path.includes('*')) return existsSync(join(root, path));
  const [before = '', after = ''] = path.slice(path.lastIndexOf('/') + 1).split('*');
  return readdirSync(join(root, dirname(path))).some((name) => name.startsWith(before) && name.endsWith(after));
}
