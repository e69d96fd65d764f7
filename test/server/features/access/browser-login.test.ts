import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import t, { type Test } from 'tap';
import { loadTls } from '../../../../server/platform/security/tls.ts';
import { findBrowser } from '../../../support/find-browser.ts';
import { startHttp, testPassword } from '../../../support/http.ts';
import { tempDir } from '../../../support/temp-dir.ts';
import { PATIENCE_MS } from '../../../support/until.ts';

const account = { name: 'Ada', email: 'ada@x.test', password: testPassword };

/** What a page of ours does in a browser: log in, read, open /live, write, log out. */
async function walk(t: Test, browser: Browser, secure: boolean, host: string): Promise<void> {
  const dashboardDir = tempDir(t);
  writeFileSync(join(dashboardDir, 'index.html'), '<!doctype html><title>V</title>');
  const tls = secure
    ? await loadTls({ choice: { kind: 'self-signed' }, dataDir: tempDir(t), hosts: [], nowMs: Date.now() })
    : null;
  const { firstRun, port } = await startHttp(t, { dashboardDir, tls, certificate: () => tls });
  await firstRun.redeem((await firstRun.issue()) ?? '', account);

  const context = await browser.newContext({ ignoreHTTPSErrors: secure });
  t.teardown(() => context.close());
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await page.goto(`${secure ? 'https' : 'http'}://${host}:${port}/`);
  const seen = await page.evaluate(async ({ email, password }) => {
    const send = async (method: string, path: string, body?: unknown) => {
      const init =
        body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      return (await fetch(path, { method, ...init })).status;
    };
    const connect = () =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket('/live');
        socket.onopen = () => resolve('open');
        socket.onerror = () => resolve('refused');
      });
    const before = [await send('GET', '/api/v1/overview'), await connect()];
    const login = await send('POST', '/api/v1/session', { email, password });
    const inside = [await send('GET', '/api/v1/overview'), await connect(), document.cookie];
    const write = await send('POST', '/api/v1/clients', { name: 'Acme' });
    const logout = await send('DELETE', '/api/v1/session');
    const after = await send('GET', '/api/v1/overview');
    return { before, login, inside, write, logout, after };
  }, account);
  t.strictSame(seen, {
    before: [401, 'refused'],
    login: 200,
    inside: [200, 'open', ''],
    write: 201,
    logout: 204,
    after: 401,
  });
}

t.test('a real browser keeps the session', async (t) => {
  const browser = await chromium.launch({
    executablePath: findBrowser(),
    args: ['--no-sandbox'],
    timeout: PATIENCE_MS,
  });
  t.teardown(() => browser.close());
  await t.test('on http://127.0.0.1', (t) => walk(t, browser, false, '127.0.0.1'));
  await t.test('on http://localhost', (t) => walk(t, browser, false, 'localhost'));
  await t.test('on https', (t) => walk(t, browser, true, '127.0.0.1'));
});
