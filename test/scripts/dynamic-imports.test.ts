import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { inRoot } from '../../scripts/lib/paths.mjs';

/** What is bundled for people, while tests run the sources. */
const bundled = ['agent', 'dashboard', 'protocol', 'server'];

/** All that is written `import(...)` outside of comments and types. */
function dynamicImports(source: string): string[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
  return [...code.matchAll(/(?<!typeof )(?<![\w.$])import\(\s*([^)]*?)\s*\)/g)].map(([, what = '']) => what);
}

t.test('the sources load modules of their own when they are needed, never a package', async (t) => {
  const files = bundled.flatMap((folder) =>
    readdirSync(inRoot(folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .map((name) => join(folder, name)),
  );
  let found = 0;
  for (const file of files) {
    for (const what of dynamicImports(readFileSync(inRoot(file), 'utf8'))) {
      found += 1;
      // A CommonJS package has no named exports in a bundle; a static import of them is checked, there and here.
      t.match(
        what,
        /^'\.{1,2}\/[^']+\.tsx?'$/,
        `${file}: put import ... from ${what} into a module, and load that one`,
      );
    }
  }
  t.ok(found > 10, `${found} dynamic imports`);
});

t.test('it sees what it looks for', async (t) => {
  t.same(dynamicImports("const { x } = await import('pkg');"), ["'pkg'"]);
  t.same(dynamicImports('const load = () => import(name);'), ['name']);
  t.same(
    dynamicImports("import('./a.ts'); // import('b')\n/* import('c') */ x.import('d'); type T = typeof import('e');"),
    ["'./a.ts'"],
  );
});
