import { pino } from 'pino';
import t from 'tap';
import { createApp } from '../../../server/app/app.ts';
import { readConfig } from '../../../server/app/config/config.ts';
import { migrations } from '../../../server/app/features.ts';
import { SCHEMA_VERSION } from '../../../server/platform/store/open-database.ts';
import { startHttp, testPassword } from '../../support/http.ts';
import { tempDir } from '../../support/temp-dir.ts';

const operations = (document: { readonly paths: Record<string, Record<string, unknown>> }): string[] =>
  Object.entries(document.paths)
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
    .sort();

t.test('what the routes are tested on is all that the server has', async (t) => {
  const config = readConfig({ VIGIA_DATA_DIR: tempDir(t), VIGIA_PORT: '0' });
  const app = await createApp({ config, logger: pino({ level: 'silent' }), version: '0.1.0' });
  t.teardown(() => app.stop());
  await app.start();
  const token = new URL(app.firstRunLink() ?? '').hash.slice('#token='.length);
  const first = { token, name: 'Ann', email: 'ann@x.test', password: testPassword };
  const made = await fetch(`${app.address()}/api/v1/first-run`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(first),
  });
  const cookie = made.headers.getSetCookie().map((text) => text.split(';', 1)[0]);
  const told = await fetch(`${app.address()}/api/v1/openapi.json`, { headers: { cookie: cookie.join('; ') } });
  const tested = await startHttp(t);
  const { body } = await tested.request('GET', '/api/v1/openapi.json', { headers: await tested.keyed('admin') });
  const real = operations((await told.json()) as Parameters<typeof operations>[0]);
  t.ok(real.length > 100);
  t.same(operations(body), real);
});

t.test(
  'what features bring to the database leads on from what every build has, one version after the other',
  async (t) => {
    const versions = migrations.map(({ version }) => version).sort((a, b) => a - b);
    t.same(
      versions,
      versions.map((_, index) => SCHEMA_VERSION + 1 + index),
      'else a database that has the newer one would never get the older',
    );
  },
);
