import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { loadTls } from '../../../../server/platform/security/tls.ts';
import { startHttp } from '../../../support/http.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const page = { headers: { accept: 'text/html,*/*' } };

t.test('the page, its files, and what is not there', async (t) => {
  const dashboardDir = tempDir(t);
  mkdirSync(join(dashboardDir, 'assets'));
  writeFileSync(join(dashboardDir, 'index.html'), '<!doctype html><title>V</title>');
  writeFileSync(join(dashboardDir, 'assets', 'main-ABCD2345.js'), 'export {};');
  writeFileSync(join(dashboardDir, 'plain.svg'), '<svg/>');
  const { request } = await startHttp(t, { dashboardDir });

  for (const path of ['/', '/index.html', '/incidents/42', '/first-run', '/devices/a%20b?from=1']) {
    const { status, headers, text } = await request('GET', path, page);
    t.equal(status, 200, path);
    t.match(text, '<title>V</title>');
    t.equal(headers.get('cache-control'), 'no-store');
    t.match(headers.get('content-type'), 'text/html');
  }
  const asset = await request('GET', '/assets/main-ABCD2345.js');
  t.equal(asset.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  t.match(asset.headers.get('content-type'), 'javascript');
  t.equal((await request('GET', '/plain.svg')).headers.get('cache-control'), 'no-cache');

  for (const path of ['/assets/old-AAAA1111.js', '/api/v1/nothing', '/install/x', '/live', '/enroll/x']) {
    const { status, body } = await request('GET', path, page);
    t.equal(status, 404, path);
    t.ok(body.error, path);
  }
  t.equal((await request('GET', '/incidents/42')).status, 404, 'a program gets no page');
  for (const path of ['/..%2f..%2fetc/passwd', '/assets/..%2f..%2f..%2fetc%2fpasswd', '/%2e%2e/x']) {
    t.notMatch((await request('GET', path)).text, 'root:', path);
  }
});

t.test('without a built dashboard it says how to get one', async (t) => {
  const { request } = await startHttp(t);
  t.match(await request('GET', '/', page), { status: 404, body: { error: { message: /npm run build/ } } });
});

t.test('strict headers everywhere', async (t) => {
  const { request } = await startHttp(t);
  for (const path of ['/healthz', '/', '/api/v1/overview', '/nothing']) {
    const { headers } = await request('GET', path);
    const policy = headers.get('content-security-policy') ?? '';
    t.match(policy, /default-src 'none'/, path);
    t.match(policy, /frame-ancestors 'none'/);
    t.match(policy, /script-src 'self'(;|$)/);
    t.notMatch(policy, /unsafe|upgrade-insecure-requests/);
    t.equal(headers.get('strict-transport-security'), null, 'not on plain loopback');
    t.equal(headers.get('x-content-type-options'), 'nosniff');
    t.equal(headers.get('x-frame-options'), 'DENY');
    t.equal(headers.get('referrer-policy'), 'no-referrer');
    t.equal(headers.get('cache-control'), 'no-store');
    t.equal(headers.get('access-control-allow-origin'), null);
  }
});

t.test('on https with a certificate that browsers trust they are told to stay there', async (t) => {
  const tls = await loadTls({ choice: { kind: 'self-signed' }, dataDir: tempDir(t), hosts: [], nowMs: Date.now() });
  if (tls === null) throw new Error('There is no certificate.');
  const header = async (selfSigned: boolean) => {
    const { http } = await startHttp(t, { tls, certificate: () => ({ ...tls, selfSigned }) });
    return (await http.inject('/healthz')).headers['strict-transport-security'];
  };
  t.equal(await header(false), 'max-age=31536000');
  t.equal(await header(true), undefined);
});
