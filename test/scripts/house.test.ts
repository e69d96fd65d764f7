import fc from 'fast-check';
import t from 'tap';
import { figuresOf } from '../../scripts/house/figures.mjs';
import { arrowsOf, circlesOf, floorsOf, roomsOf } from '../../scripts/house/graph.mjs';
import { importsOf, withoutTypes } from '../../scripts/house/imports.mjs';
import { packageTies } from '../../scripts/house/packages.mjs';

const graphOf = (arrows: Record<string, readonly string[]>): Map<string, Set<string>> =>
  new Map(Object.entries(arrows).map(([from, to]) => [from, new Set(to)]));

t.test('what a file imports of ours', (t) => {
  const text = `
    import { a } from './a.ts';
    import type { B } from '../b/b.ts';
    export { c } from '../c.ts';
    import fastify from 'fastify';
    import './style.css';
    const later = () => import('./later.tsx');
    new Worker(new URL('./thread.ts', import.meta.url));
    // import { gone } from './gone.ts';
    /* import { gone } from './gone.ts'; */
    import { a2 } from './a.ts';`;
  const expected = ['server/a/a.ts', 'server/b/b.ts', 'server/c.ts', 'server/a/later.tsx', 'server/a/thread.ts'];
  t.strictSame([...importsOf('server/a/one.ts', text)].sort(), [...expected].sort());
  t.end();
});

t.test('what a file imports for types only does not run', (t) => {
  const text = `import type { A } from './a.ts';
    import type {
      B,
    } from '../b/b.ts';
    export type { C } from './c.ts';
    import { d } from './d.ts';
    import { type E, e } from './e.ts';`;
  t.strictSame(importsOf('a/one.ts', withoutTypes(text)), ['a/d.ts', 'a/e.ts']);
  t.end();
});

t.test('a package imports types of ours and nothing that runs, and others use its front', (t) => {
  const one = (path: string, runs: string[], types: string[] = []) => ({
    path,
    lines: 1,
    imports: [...runs, ...types],
    runs,
  });
  const f = (sources: ReturnType<typeof one>[], want: string[]) =>
    t.strictSame(packageTies(sources, { 'a/kept': ['open.ts', 'contract.ts'] }), want);
  f([one('a/kept/open.ts', ['a/kept/inner/deep.ts'], ['protocol/wire/metric.ts'])], []);
  f([one('a/kept/inner/deep.ts', ['protocol/error.ts'])], ['a/kept/inner/deep.ts -> protocol/error.ts']);
  f([one('a/kept/open.ts', ['a/kept-not/x.ts'])], ['a/kept/open.ts -> a/kept-not/x.ts']);
  f([one('b/user.ts', ['a/kept/open.ts'], ['a/kept/contract.ts'])], []);
  f([one('b/user.ts', [], ['a/kept/inner/deep.ts'])], ['b/user.ts -> a/kept/inner/deep.ts']);
  t.end();
});

t.test('circles, floors and arrows of a small graph', (t) => {
  const graph = graphOf({ app: ['http', 'watch'], http: ['watch', 'store'], watch: ['http', 'store'], store: [] });
  t.strictSame(circlesOf(graph), [['http', 'watch']]);
  t.strictSame(Object.fromEntries(floorsOf(graph)), { store: 1, http: 2, watch: 2, app: 3 });
  t.equal(arrowsOf(graph), 6);
  t.end();
});

t.test('many imports between two rooms are one arrow, and none inside a room', (t) => {
  const sources = [
    { path: 'a/1', imports: ['b/1', 'b/2', 'a/2'] },
    { path: 'a/2', imports: ['b/1'] },
    { path: 'b/1', imports: [] },
    { path: 'other', imports: ['a/1'] },
  ];
  const graph = roomsOf(sources, (path) => (path.includes('/') ? path.split('/')[0] : undefined));
  t.strictSame(
    [...graph].map(([from, to]) => [from, [...to]]),
    [
      ['a', ['b']],
      ['b', []],
    ],
  );
  t.end();
});

const nodes = ['a', 'b', 'c', 'd', 'e', 'f'];
const anyGraph = fc
  .array(fc.tuple(fc.constantFrom(...nodes), fc.constantFrom(...nodes)), { maxLength: 14 })
  .map((pairs) => {
    const graph = graphOf(Object.fromEntries(nodes.map((node) => [node, []])));
    for (const [from, to] of pairs) if (from !== to) graph.get(from)?.add(to);
    return graph;
  });

const reaches = (graph: Map<string, Set<string>>, from: string, to: string): boolean => {
  const seen = new Set<string>();
  const todo = [...(graph.get(from) ?? [])];
  for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    todo.push(...(graph.get(node) ?? []));
  }
  return seen.has(to);
};

t.test('two nodes share a circle exactly when each reaches the other', (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const circles = circlesOf(graph);
        return nodes.every((one) =>
          nodes.every((other) => {
            const together = circles.some((circle) => circle.includes(one) && circle.includes(other));
            return one === other || together === (reaches(graph, one, other) && reaches(graph, other, one));
          }),
        );
      }),
    ),
  );
  t.end();
});

t.test('every arrow leads to a lower floor, but within a circle', (t) => {
  t.doesNotThrow(() =>
    fc.assert(
      fc.property(anyGraph, (graph) => {
        const floors = floorsOf(graph);
        return [...graph].every(([from, targets]) =>
          [...targets].every((to) => (floors.get(from) ?? 0) > (floors.get(to) ?? 0) || reaches(graph, to, from)),
        );
      }),
    ),
  );
  t.end();
});

t.test('the figures of a small house', (t) => {
  const source = (path: string, imports: string[], lines = 10) =>
    [path, { path, lines, imports, runs: imports }] as const;
  const figures = figuresOf(
    new Map([
      source('server/cli/main.ts', ['server/app/app.ts']),
      source('server/app/app.ts', ['server/features/one/a.ts', 'server/features/two/b.ts'], 301),
      source('server/features/one/a.ts', ['server/features/two/b.ts', 'protocol/p.ts']),
      source('server/features/two/b.ts', ['server/features/two/c.ts']),
      source('server/features/two/c.ts', ['server/features/two/b.ts']),
      source('protocol/p.ts', []),
      source('dashboard/words/locales/en.ts', [], 900),
    ]),
    ['agent/agent.ts:1 90'],
  );
  const values = Object.fromEntries(Object.entries(figures).map(([name, { value }]) => [name, value]));
  t.strictSame(values, {
    'rooms of the server': 3,
    'floors of the server': 3,
    'circles of rooms': 0,
    'arrows between its folders, two levels down': 4,
    'circles of folders': 0,
    'arrows between features': 1,
    'circles of files': 1,
    'ties of packages to the rest': 0,
    'files over 300 lines': 1,
    'functions over 80 lines': 1,
    'most files at a root': 1,
  });
  t.strictSame(figures['arrows between features']?.which, ['server/features/one -> server/features/two']);
  t.end();
});
