import { buffer } from 'node:stream/consumers';
import {
  brotliCompressSync,
  constants,
  createZstdCompress,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';
import t, { type Test } from 'tap';
import { runHttp } from '../../../protocol/check/http.ts';
import type { CheckOutcome } from '../../../protocol/check/outcome.ts';
import { type Signed, sign, trust } from '../../support/certificate-chain.ts';
import { http2Web, namedWeb, oldTlsWeb, plainWeb, rawWeb, secureWeb } from '../../support/odd-web.ts';

const DAY_MS = 86_400_000;
const options = { timeoutMs: 120_000, resolve: async () => [{ address: '127.0.0.1', family: 4 }] };
const run = (url: string, over = {}): Promise<CheckOutcome> => runHttp({ kind: 'http', url, ...over }, options);

t.test('a text is read in the character set of the page', async (t) => {
  const page = '<p>Bestellung übernehmen</p>';
  const greek = Buffer.from([0xc7, 0xec, 0xdd, 0xf1, 0xe1]);
  const pages: Record<string, readonly [contentType: string, body: Buffer, text: string]> = {
    '/utf-8': ['text/html; charset=utf-8', Buffer.from(page), 'übernehmen'],
    '/header': ['text/html; charset=ISO-8859-1', Buffer.from(page, 'latin1'), 'übernehmen'],
    '/quoted': ['text/html;charset="iso-8859-7"', greek, 'Ημέρα'],
    '/meta': ['text/html', Buffer.from(`<meta charset=windows-1252>${page}`, 'latin1'), 'übernehmen'],
    '/equiv': [
      'text/html',
      Buffer.concat([Buffer.from('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-7">'), greek]),
      'Ημέρα',
    ],
    '/xml': ['text/xml', Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${page}`, 'latin1'), 'übernehmen'],
    '/header-first': ['text/html; charset=utf-8', Buffer.from(`<meta charset="iso-8859-1">${page}`), 'übernehmen'],
    '/mark': ['text/html; charset=iso-8859-1', Buffer.from(`\ufeff${page}`), 'übernehmen'],
    '/sixteen': ['text/html', Buffer.from(`\ufeff${page}`, 'utf16le'), 'übernehmen'],
    '/shift-jis': ['text/html; charset=Shift_JIS', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), '日本'],
    '/silent': ['text/html', Buffer.from(page), 'übernehmen'],
    '/silent-latin1': ['text/html', Buffer.from(page, 'latin1'), 'übernehmen'],
    '/nonsense': ['text/html; charset=klingon', Buffer.from(page), 'übernehmen'],
    '/entity': ['text/html', Buffer.from('Caf&eacute; &amp; Bar &#8211; &#x20ac;5'), 'Café & Bar – €5'],
    '/source': ['text/html', Buffer.from('a &amp;&amp; b'), '&amp;&amp;'],
    '/composed': ['text/html; charset=utf-8', Buffer.from('Cafe\u0301'), 'Café'],
  };
  const port = await plainWeb(t, ({ url = '' }, response) => {
    const [contentType = '', body] = pages[url] ?? [];
    response.writeHead(200, { 'content-type': contentType }).end(body);
  });
  for (const [path, [, , text]] of Object.entries(pages)) {
    t.match(await run(`http://shop.test:${port}${path}`, { text }), { up: true, reason: 'ok' }, path);
    const other = await run(`http://shop.test:${port}${path}`, { text: 'uebernehmen' });
    t.match(other, { up: false, reason: 'text_missing' }, `${path} has nothing else`);
  }
});

t.test('a packed page is unpacked, also where nobody asked for it', async (t) => {
  const page = Buffer.from(`<p>Order here</p>${' '.repeat(1_000)}`);
  const packed: Record<string, readonly [encoding: string, body: Buffer]> = {
    '/gzip': ['gzip', gzipSync(page)],
    '/old': ['x-gzip', gzipSync(page)],
    '/deflate': ['deflate', deflateSync(page)],
    '/raw': ['deflate', deflateRawSync(page)],
    '/br': ['br', brotliCompressSync(page)],
    '/zstd': ['zstd', zstdCompressSync(page)],
    '/twice': ['gzip, br', brotliCompressSync(gzipSync(page))],
    '/case': ['GZIP', gzipSync(page)],
    '/identity': ['identity', page],
    '/cut': ['gzip', gzipSync(page).subarray(0, -8)],
  };
  const bomb = gzipSync(Buffer.alloc(200_000_000));
  const port = await plainWeb(t, ({ url = '' }, response) => {
    const [encoding = 'gzip', body] = packed[url] ?? [undefined, url === '/bomb' ? bomb : Buffer.from('no gzip')];
    response.writeHead(200, { 'content-encoding': encoding }).end(body);
  });
  const get = (path: string) => run(`http://shop.test:${port}${path}`, { text: 'Order here' });
  for (const path of Object.keys(packed)) t.match(await get(path), { up: true }, path);
  const before = process.memoryUsage().arrayBuffers;
  t.match(await get('/bomb'), { up: false, reason: 'text_missing' });
  t.ok(process.memoryUsage().arrayBuffers - before < 50e6, 'and only as much as is read');
  t.match(await get('/lie'), { up: false, reason: 'failed' });
});

t.test('a page that is packed so that unpacking it takes all memory is not unpacked', async (t) => {
  const often = (times: number) =>
    Array.from({ length: times }).reduce<Buffer>((page) => gzipSync(page), Buffer.from('Order here'));
  const wide = createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: 26 } });
  wide.write('Order');
  setImmediate(() => wide.end(' here'));
  const packed: Record<string, readonly [encoding: string, body: Buffer]> = {
    '/five': ['gzip, gzip, gzip, gzip, gzip', often(5)],
    '/many': [Array.from({ length: 500 }).fill('gzip').join(), often(500)],
    '/wide': ['zstd', await buffer(wide)],
  };
  const port = await plainWeb(t, ({ url = '' }, response) => {
    const [encoding = '', body] = packed[url] ?? [];
    response.writeHead(200, { 'content-encoding': encoding }).end(body);
  });
  const get = (path: string) => run(`http://shop.test:${port}${path}`, { text: 'Order here' });
  t.match(await get('/five'), { up: true });
  t.match(await get('/many'), { up: false, reason: 'failed' });
  t.match(await get('/wide'), { up: false, reason: 'failed' });
});

t.test('an answer that browsers take is taken', async (t) => {
  const taken: Record<string, string> = {
    'a control character in a header': 'HTTP/1.1 200 OK\r\nX-Odd: a\u0001b\r\nContent-Length: 2\r\n\r\nOK',
    'lines without carriage returns': 'HTTP/1.1 200 OK\nContent-Length: 2\n\nOK',
    'chunks without carriage returns': 'HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n2\nOK\n0\n\n',
    'no reason phrase': 'HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nOK',
    'HTTP/1.0 until it hangs up': 'HTTP/1.0 200 OK\r\n\r\nOK',
    'a length beside chunks':
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n',
    'its length twice': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nOK',
    'a space in a name': 'HTTP/1.1 200 OK\r\nX Odd: b\r\nContent-Length: 2\r\n\r\nOK',
    'a line that is no header': 'HTTP/1.1 200 OK\r\nwhat is this\r\nContent-Length: 2\r\n\r\nOK',
    'a folded header': 'HTTP/1.1 200 OK\r\nX-A: one\r\n two\r\nContent-Length: 2\r\n\r\nOK',
    'bytes of any kind': 'HTTP/1.1 200 \u00dcberall\r\nX-A: \u00fc\u0000\u007f\r\nContent-Length: 2\r\n\r\nOK',
    'interim answers': 'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK',
    'one that breaks off behind the text': 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nOK, and so',
    'headers of 60 KiB': `HTTP/1.1 200 OK\r\nContent-Security-Policy: ${'x '.repeat(30_000)}\r\nContent-Length: 2\r\n\r\nOK`,
  };
  for (const [what, answer] of Object.entries(taken)) {
    const port = await rawWeb(t, answer);
    t.match(await run(`http://shop.test:${port}/`, { text: 'OK' }), { up: true, httpStatus: 200 }, what);
  }
  const refused: Record<string, string> = {
    'another protocol': 'ICY 200 OK\r\n\r\n',
    'a banner': 'SSH-2.0-OpenSSH_9.9\r\n',
    'an end before the headers end': 'HTTP/1.1 200 OK\r\nContent-Le',
    nothing: '',
    'headers beyond 64 KiB': `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}\r\n\r\nOK`,
    'interim answers for ever': 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(100),
  };
  for (const [what, answer] of Object.entries(refused)) {
    const port = await rawWeb(t, answer);
    t.match(await run(`http://shop.test:${port}/`), { up: false, reason: 'failed', httpStatus: null }, what);
  }
  const short = await rawWeb(t, 'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nO');
  t.match(await run(`http://shop.test:${short}/`, { text: 'OK' }), { up: false, reason: 'failed' });
  t.match(await run(`http://shop.test:${short}/`), { up: true }, 'what is not read need not be whole');
});

interface World {
  readonly root: Signed;
  readonly inter: Signed;
  readonly leaf: Signed;
  readonly other: Signed;
}

async function world(t: Test, days: { root?: number; inter?: number; leaf?: number } = {}): Promise<World> {
  const root = await sign('Test Root', { days: days.root ?? 3_650, isAuthority: true });
  const inter = await sign('Test Intermediate', { days: days.inter ?? 365, by: root, isAuthority: true });
  const leaf = await sign('web.test', { days: days.leaf ?? 60, by: inter });
  trust(t, root);
  return { root, inter, leaf, other: await sign('default.test', { days: 60 }) };
}

const fine = (_: unknown, response: { end(text: string): unknown }) => response.end('Order here');

t.test('what keeps TLS from coming about is told apart', async (t) => {
  const { inter, leaf, other } = await world(t);
  const chain = leaf.cert + inter.cert;
  const old = await oldTlsWeb(t, chain, leaf.key);
  t.match(await run(`https://web.test:${old}/`), { up: false, reason: 'tls_old', httpStatus: null });
  const plain = await plainWeb(t, fine);
  t.match(await run(`https://web.test:${plain}/`), { up: false, reason: 'not_tls' });
  const banner = await rawWeb(t, 'SSH-2.0-OpenSSH_9.9\r\n');
  t.match(await run(`https://web.test:${banner}/`), { up: false, reason: 'not_tls' });
  const silent = await rawWeb(t, '');
  t.match(await run(`https://web.test:${silent}/`), { up: false, reason: 'failed' });
  const http2 = await http2Web(t, chain, leaf.key, 'Grüße aus HTTP/2');
  t.match(await run(`https://web.test:${http2}/`, { text: 'Grüße' }), { up: true, httpStatus: 200 });
  t.match(await run(`https://web.test:${http2}/missing`), { up: false, reason: 'status', httpStatus: 404 });
  t.match(await run(`https://default.test:${http2}/`), { up: false, reason: 'tls' }, 'judged in HTTP/2 too');
  const untrusted = await secureWeb(t, other.cert, other.key, fine);
  t.match(await run(`https://default.test:${untrusted}/`), { up: false, reason: 'tls' });
  const alone = await secureWeb(t, leaf.cert, leaf.key, fine);
  t.match(await run(`https://web.test:${alone}/`), { up: false, reason: 'tls' }, 'without its intermediate');
});

t.test('a dot at the end of a name changes nothing', async (t) => {
  const { inter, leaf, other } = await world(t);
  const hosts: (string | undefined)[] = [];
  const port = await namedWeb(t, 'web.test', leaf.cert + inter.cert, leaf.key, other, ({ headers }, response) => {
    hosts.push(headers.host);
    response.end('here');
  });
  for (const name of ['web.test', 'web.test.']) t.match(await run(`https://${name}:${port}/`), { up: true }, name);
  t.same(hosts, [`web.test:${port}`, `web.test:${port}`]);
});

t.test('the certificate that ends first counts, of those that matter', async (t) => {
  const daysOf = ({ certificateLeftMs }: CheckOutcome): number =>
    Math.round((certificateLeftMs ?? Number.NaN) / DAY_MS);
  for (const [days, wanted] of [
    [{ leaf: 60 }, 60],
    [{ leaf: 60, inter: 2 }, 2],
    [{ leaf: 60, inter: 30, root: 5 }, 5],
  ] as const) {
    await t.test(JSON.stringify(days), async (t) => {
      const { inter, leaf } = await world(t, days);
      const port = await secureWeb(t, leaf.cert + inter.cert, leaf.key, fine);
      const found = await run(`https://web.test:${port}/`);
      t.match(found, { up: true });
      t.equal(daysOf(found), wanted);
    });
  }
  await t.test('one that ended', async (t) => {
    const { inter, leaf } = await world(t, { inter: -0.5 });
    const port = await secureWeb(t, leaf.cert + inter.cert, leaf.key, fine);
    const found = await run(`https://web.test:${port}/`);
    t.match(found, { up: false, reason: 'tls' });
    t.ok((found.certificateLeftMs ?? 0) < 0);
  });
  await t.test('an old root that signed the new one does not matter', async (t) => {
    const oldRoot = await sign('Old Root', { days: 1, isAuthority: true });
    const newRoot = await sign('New Root', { days: 3_650, isAuthority: true });
    const crossed = await sign('New Root', { days: 1, by: oldRoot, isAuthority: true, like: newRoot });
    const inter = await sign('Between', { days: 200, by: newRoot, isAuthority: true });
    const leaf = await sign('web.test', { days: 60, by: inter });
    trust(t, oldRoot, newRoot);
    const port = await secureWeb(t, leaf.cert + inter.cert + crossed.cert, leaf.key, fine);
    const found = await run(`https://web.test:${port}/`);
    t.match(found, { up: true });
    t.equal(daysOf(found), 60);
  });
});
