import { readFileSync } from 'node:fs';
import t from 'tap';
import { build } from '../../scripts/build.mjs';
import { serverEntry } from '../../scripts/lib/lean.mjs';
import { tempDir } from '../support/temp-dir.ts';
import { startVigia, vigia } from '../support/vigia.ts';

/** As it is started when it is installed, by a Node that would not even run the sources. */
const entry = ['--no-strip-types', serverEntry];

t.before(() => build());

t.test('the bundle serves, with its threads and with what lies beside the sources', { timeout: 400_000 }, async (t) => {
  const options = { dataDir: tempDir(t), entry, environment: { VIGIA_TLS_SELF_SIGNED: '0' } };
  const server = await startVigia(t, 'server', options);
  const get = async (path: string, headers = {}) => {
    const answer = await fetch(`${server.address}${path}`, { headers });
    return { status: answer.status, text: await answer.text() };
  };
  t.match(await get('/readyz'), { status: 200 });
  t.match(await get('/'), { status: 200, text: /<script type="module"[^>]* src="\/assets\// });
  t.match(await get('/install/agent.sh'), { status: 200, text: readFileSync('deploy/agent.sh', 'utf8') });
  t.match(await get('/report.css'), { status: 200, text: readFileSync('server/http/portal/report.css', 'utf8') });

  const first = (password: string) =>
    fetch(`${server.address}/api/v1/first-run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.address },
      body: JSON.stringify({
        token: server.firstRunLink?.split('token=')[1],
        name: 'Ada',
        email: 'ada@x.test',
        password,
      }),
    });
  t.equal((await first('aaaaaaaaaaaa')).status, 400, 'passwords are estimated');
  t.ok((await first('lanterns over quiet gravel')).ok, 'the first account is made');

  const key = (await vigia(['apikey', 'create', '--role', 'viewer'], options)).stdout.trim();
  const headers = { authorization: `Bearer ${key}` };
  t.match(await get('/api/v1/openapi.json', headers), { status: 200, text: /"openapi":"3/ });
  t.match(await get('/api/v1/holidays?country=CR&year=2026', headers), { status: 200 });
  t.match(await server.stop(), { code: 0 });
  t.notMatch(server.log(), /Warning|"level":[56]0/);
});

t.test('commands run from it too', { timeout: 400_000 }, async (t) => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  t.match(await vigia(['--version'], { dataDir: tempDir(t), entry }), { code: 0, stdout: `${version}\n`, stderr: '' });
});
