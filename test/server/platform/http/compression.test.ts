import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import t from 'tap';
import { repositoryDir, startHttp } from '../../../support/http.ts';
import { deviceView } from '../../../support/ports.ts';
import { tempDir } from '../../../support/temp-dir.ts';

interface Raw {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
}

async function get(port: number, path: string, headers: Record<string, string> = {}): Promise<Raw> {
  const asking = request({ host: '127.0.0.1', port, path, headers, agent: false }).end();
  const [response] = await once(asking, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  return { status: response.statusCode, headers: response.headers, bytes: Buffer.concat(chunks) };
}

t.test('documents travel as small as the asker understands', async (t) => {
  const { port, keyed, ports, store } = await startHttp(t);
  const client = await store.scoped({ allClients: true }).clients.create('Acme');
  for (let n = 0; n < 500; n += 1) {
    ports.devices.set(`d${n}`, deviceView({ id: `d${n}`, clientId: client.id, siteId: 's' }));
  }
  const key = await keyed('viewer');
  const plain = await get(port, '/api/v1/overview', key);
  t.equal(plain.headers['content-encoding'], undefined);
  const unpackers = [
    ['zstd', zstdDecompressSync],
    ['br', brotliDecompressSync],
    ['gzip', gunzipSync],
  ] as const;
  for (const [encoding, unpack] of unpackers) {
    const packed = await get(port, '/api/v1/overview', { ...key, 'accept-encoding': encoding });
    t.match(packed.headers, { 'content-encoding': encoding, vary: /accept-encoding/i });
    const document = JSON.parse(unpack(packed.bytes).toString());
    t.equal(document.devices.length, 500);
    t.ok(packed.bytes.length * 8 < plain.bytes.length, `${encoding}: ${packed.bytes.length} of ${plain.bytes.length}`);
  }
  const chrome = await get(port, '/api/v1/overview', { ...key, 'accept-encoding': 'gzip, deflate, br, zstd' });
  t.equal(chrome.headers['content-encoding'], 'zstd', 'of those that a browser knows the one that is made soonest');
  const short = await get(port, '/healthz', { 'accept-encoding': 'br' });
  t.equal(short.headers['content-encoding'], undefined, 'what fits into a packet stays as it is');
  const metrics = await get(port, '/metrics', { ...(await keyed('metrics')), 'accept-encoding': 'gzip' });
  t.equal(metrics.headers['content-encoding'], undefined, 'programs beside the server are spared the work');
});

t.test('nothing that is sent to the server is unpacked', async (t) => {
  const { base, keyed } = await startHttp(t);
  const response = await fetch(`${base}/api/v1/clients`, {
    method: 'POST',
    headers: { ...(await keyed('admin')), 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: gzipSync(JSON.stringify({ name: 'x'.repeat(50_000) })),
  });
  t.equal(response.status, 400);
});

t.test('files of the dashboard come as the build compressed them', async (t) => {
  const dashboardDir = tempDir(t);
  mkdirSync(join(dashboardDir, 'assets'));
  const script = `export const a = '${'a'.repeat(5_000)}';`;
  const page = `<!doctype html><title>V</title>${' '.repeat(2_000)}`;
  for (const [name, text] of [
    ['index.html', page],
    ['assets/main-ABCD2345.js', script],
  ] as const) {
    writeFileSync(join(dashboardDir, name), text);
    writeFileSync(join(dashboardDir, `${name}.br`), brotliCompressSync(text));
    writeFileSync(join(dashboardDir, `${name}.gz`), gzipSync(text));
  }
  const { port } = await startHttp(t, { dashboardDir });
  const asset = await get(port, '/assets/main-ABCD2345.js', { 'accept-encoding': 'gzip, deflate, br' });
  t.match(asset, {
    status: 200,
    headers: {
      'content-encoding': 'br',
      'content-type': /^text\/javascript|^application\/javascript/,
      'cache-control': 'public, max-age=31536000, immutable',
      vary: /accept-encoding/i,
    },
  });
  t.equal(brotliDecompressSync(asset.bytes).toString(), script, 'packed once');
  const old = await get(port, '/assets/main-ABCD2345.js', { 'accept-encoding': 'gzip' });
  t.equal(gunzipSync(old.bytes).toString(), script);
  t.equal((await get(port, '/assets/main-ABCD2345.js')).bytes.toString(), script);
  const view = await get(port, '/fleet', { accept: 'text/html', 'accept-encoding': 'br' });
  t.match(view.headers, { 'content-encoding': 'br', 'cache-control': 'no-store', 'content-type': /^text\/html/ });
  t.equal(brotliDecompressSync(view.bytes).toString(), page);
});

t.test('the build compresses what pages load, and names what the first view needs', async (t) => {
  const folder = join(repositoryDir, 'dist/dashboard');
  const page = readFileSync(join(folder, 'index.html'), 'utf8');
  const [main] = /main-[A-Z0-9]{8}\.js/.exec(page) ?? [''];
  const script = readFileSync(join(folder, 'assets', main));
  const packed = readFileSync(join(folder, 'assets', `${main}.br`));
  t.ok(brotliDecompressSync(packed).equals(script));
  t.ok(packed.length * 3 < script.length, `${packed.length} of ${script.length}`);
  const preloaded = [...page.matchAll(/rel="modulepreload" href="\/assets\/([^"]+)"/g)].map(([, file]) => file);
  const imported = [...script.toString().matchAll(/from"\/assets\/(chunk-[A-Z0-9]{8}\.js)"/g)].map(([, file]) => file);
  t.ok(imported.length > 3);
  t.same(
    imported.filter((file) => !preloaded.includes(file)),
    [],
    'nothing is asked for late',
  );
});
