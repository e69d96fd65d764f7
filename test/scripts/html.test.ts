import t from 'tap';
import { linkBuilt, localReferences } from '../../scripts/lib/html.mjs';

const page = '<head><link href="./a.css"><script src="./main.tsx"></script><a href="https://x.org/./b">x</a></head>';

t.test('only files beside the page are built', async (t) => {
  t.same(localReferences(page), ['a.css', 'main.tsx']);
});

t.test('references become addresses, imported styles get a tag', async (t) => {
  const addresses = new Map([
    ['a.css', '/assets/a-1.css'],
    ['main.tsx', '/assets/main-$&.js'],
  ]);
  t.equal(
    linkBuilt(page, addresses, ['/assets/$1.css']),
    '<head><link href="/assets/a-1.css"><script src="/assets/main-$&.js"></script><a href="https://x.org/./b">x</a>' +
      '<link rel="stylesheet" href="/assets/$1.css">\n</head>',
  );
});

t.test('modules of the first view are asked for with the page', async (t) => {
  t.equal(
    linkBuilt('<head></head>', new Map(), [], ['/assets/main-1.js', '/assets/chunk-2.js']),
    '<head><link rel="modulepreload" href="/assets/main-1.js">\n<link rel="modulepreload" href="/assets/chunk-2.js">\n</head>',
  );
});
