import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import { request as ask } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import t from 'tap';
import { build } from '../../scripts/build.mjs';
import { serverEntry, serverFlags } from '../../scripts/lib/lean.mjs';
import { runBundle, startBundle } from '../support/agent-bundle.ts';
import { trustedCertificate } from '../support/certificate.ts';
import { freePort } from '../support/free-port.ts';
import { startHttpReceiver } from '../support/http-receiver.ts';
import { startSmtpReceiver } from '../support/smtp-receiver.ts';
import { tempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';
import { startVigia, vigia } from '../support/vigia.ts';

/**
 * What people run is bundles: the main acts with both of them, as they are installed and started. All other tests run the sources;
 * here is what only a bundle can do wrong, such as a part that is loaded when it is first needed and is not what it was.
 */

/** Without the loader that strips types, a bundle cannot fall back on a source. */
const entry = ['--no-strip-types', ...serverFlags, serverEntry];

t.setTimeout(900_000);
t.before(() => build());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies freely
  readonly body: any;
}

/** Asks a server with a certificate of its own making. */
function asker(address: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const request = ask(address + path, {
      ...{ method, agent: false, rejectUnauthorized: false },
      headers: { origin: address, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
    const [response] = await once(request, 'response');
    const bytes = Buffer.concat(await Array.fromAsync(response as AsyncIterable<Buffer>));
    const isJson = String(response.headers['content-type']).startsWith('application/json');
    const isPlain = response.headers['content-encoding'] === undefined;
    return {
      ...{ status: response.statusCode, headers: response.headers, bytes },
      body: isJson && isPlain ? JSON.parse(bytes.toString()) : null,
    };
  };
}

t.test('the main acts, by the bundles of server and agent', async (t) => {
  const dataDir = tempDir(t);
  const environment = { VIGIA_TLS_SELF_SIGNED: '1', VIGIA_NOTIFY_PRIVATE: '1', VIGIA_REPORT_INTERVAL: '500ms' };
  const options = { dataDir, entry, environment };
  const cli = (line: string, input?: string) =>
    vigia(line.split(' '), { ...options, ...(input === undefined ? {} : { input }) });
  const server = await startVigia(t, 'server', options);
  const { address } = server;
  const request = asker(address);
  const smtp = await startSmtpReceiver(t, { security: 'none' });
  const hook = await startHttpReceiver(t, { port: await freePort() });

  let session: Record<string, string> = {};
  const cookiesOf = ({ headers }: Answer) => [headers['set-cookie'] ?? []].flat().map((one) => one.split(';')[0]);
  await t.test('the first account; wrong, weak and right passwords', async (t) => {
    const token = server.firstRunLink?.split('token=')[1];
    const account = { token, name: 'Ada', email: 'ada@x.test' };
    const first = (password: string) => request('POST', '/api/v1/first-run', { ...account, password });
    t.match(await first('aaaaaaaaaaaa'), { status: 400, body: { error: { message: /repeats the same character/ } } });
    t.match(await first('lanterns over quiet gravel'), { status: 200, body: { user: { email: 'ada@x.test' } } });
    const login = (password: string) => request('POST', '/api/v1/session', { email: 'ada@x.test', password });
    t.match(await login('a wrong password'), { status: 401, body: { error: { code: 'credentials_invalid' } } });
    const right = await login('lanterns over quiet gravel');
    t.equal(right.status, 200);
    session = { cookie: cookiesOf(right).join('; ') };
    const changed = { current: 'lanterns over quiet gravel', password: 'gravel under loud lanterns' };
    t.equal((await request('POST', '/api/v1/session/password', changed, session)).status, 204);
  });

  const admin = async (method: string, path: string, body?: unknown) => {
    const answer = await request(method, `/api/v1${path}`, body, session);
    t.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${answer.bytes.toString().slice(0, 300)}`);
    return answer.body;
  };

  await t.test('pages and documents, packed too', async (t) => {
    t.match((await request('GET', '/')).bytes.toString(), /<script type="module"[^>]* src="\/assets\//);
    t.equal((await request('GET', '/install/agent.sh')).bytes.toString(), readFileSync('deploy/agent.sh', 'utf8'));
    const style = readFileSync('server/features/tickets/portal/report.css', 'utf8');
    t.equal((await request('GET', '/report.css')).bytes.toString(), style);
    const packed = await request('GET', '/api/v1/openapi.json', undefined, { ...session, 'accept-encoding': 'br' });
    t.match(packed, { status: 200, headers: { 'content-encoding': 'br' } });
    t.match(JSON.parse(brotliDecompressSync(packed.bytes).toString()), { openapi: /^3/ });
    t.match(await request('GET', '/readyz'), { status: 200 });
  });

  const { id: clientId } = await admin('POST', '/clients', { name: 'Acme' });
  await t.test('a contract with holidays', async (t) => {
    const { items: countries } = await admin('GET', '/holiday-countries');
    t.ok(countries.some(({ code }: { code: string }) => code === 'CR'));
    const year = new Date().getUTCFullYear() + 1;
    const { items: holidays } = await admin('GET', `/holidays?country=CR&year=${year}`);
    t.match(holidays[0], { date: `${year}-01-01` });
    const { items: presets } = await admin('GET', '/contract-presets');
    const { terms } = presets.find(({ tier }: { tier: string }) => tier === 'advanced');
    const exceptions = holidays.map(({ date, name }: { date: string; name: string }) => ({ date, name, hours: [] }));
    const agreed = { ...terms, calendar: { ...terms.calendar, timeZone: 'America/Costa_Rica', exceptions } };
    t.match(await admin('PUT', `/clients/${clientId}/contract`, agreed), { current: { version: 1 } });
    await admin('POST', '/contracts/check', agreed);
  });

  await t.test('a mail and a webhook', async (t) => {
    const add = async (name: string, target: object) => {
      const wanted = { name, clientId: null, minPriority: 'high', clocks: true, target };
      const { id } = await admin('POST', '/receivers', wanted);
      t.match(await admin('POST', `/receivers/${id}/test`, {}), { ok: true }, name);
    };
    const mail = { kind: 'email', host: '127.0.0.1', port: smtp.port, security: 'none', user: null };
    await add('mail', { ...mail, from: 'vigia@msp.example', to: ['ops@msp.example'] });
    await add('hook', { kind: 'webhook', url: `${hook.url}/hook`, secret: 'a secret of the hook' });
    t.match([smtp.mails.length, hook.received.length], [1, 1]);
  });

  await t.test('an agent joins, measures and runs checks', async (t) => {
    const token = (await cli('token create --client Acme --site HQ')).stdout.trim();
    const agentDir = join(tempDir(t), 'agent');
    const enrolled = await runBundle(t, [
      ...['enroll', '--server', address, '--token', token, '--data-dir', agentDir, '--json'],
    ]);
    t.equal(enrolled.code, 0, enrolled.complaint);
    const { deviceId } = JSON.parse(enrolled.output);
    const certificate = await trustedCertificate();
    const authority = join(tempDir(t), 'authority.pem');
    writeFileSync(authority, certificate.cert);
    const agent = startBundle(t, ['run', '--data-dir', agentDir], { environment: { NODE_EXTRA_CA_CERTS: authority } });

    const plain = createServer((_, response) => response.end('the shop')).listen(0, '127.0.0.1');
    const streams = createSecureServer(certificate, (_, response) => response.end('the shop')).listen(0, '127.0.0.1');
    t.teardown(() => {
      plain.close();
      streams.close();
    });
    await Promise.all([plain, streams].map((one) => one.listening || once(one, 'listening')));
    const urls = [
      `http://127.0.0.1:${(plain.address() as AddressInfo).port}/`,
      `https://localhost:${(streams.address() as AddressInfo).port}/`,
    ];
    const rest = { intervalSeconds: 5, timeoutSeconds: 4, forSeconds: 0, priority: 'high' };
    for (const url of urls) {
      const target = { kind: 'http', url, text: 'shop' };
      const { id } = await admin('POST', '/checks', { clientId, deviceId, name: 'shop', target, ...rest });
      const passed = await until(`${url} is seen`, async () => {
        const seen = (await request('GET', `/api/v1/checks/${id}`, undefined, session)).body;
        return seen.httpStatus === 200 && seen;
      });
      t.equal(passed.state, 'up', passed.sentence);
    }
    const device = await until('its inventory', async () => {
      const seen = (await request('GET', `/api/v1/devices/${deviceId}`, undefined, session)).body;
      return seen.inventory !== null && seen;
    });
    t.match(device, { state: 'up', kind: 'server' });
    const from = new Date(Date.now() - 600_000).toISOString();
    const series = await admin('GET', `/devices/${deviceId}/series?metric=memory.available&from=${from}&step=10s`);
    t.ok(series.items[0].values.some((value: number | null) => value !== null));
    await admin('GET', `/availability?client=${clientId}`);
    t.match(JSON.parse((await runBundle(t, ['status', '--data-dir', agentDir, '--json'])).output), { enrolled: true });
    agent.child.kill('SIGTERM');
    t.match(await agent.finished, { code: 0 });
    t.notMatch(agent.complaint(), /"level":"error"|Warning/);
  });

  const file = join(tempDir(t), 'vigia.tar');
  await t.test('every command, beside the server and without it', async (t) => {
    const done = async (line: string, stdout: RegExp, input?: string) => {
      const result = await cli(line, input);
      t.match(result, { code: 0, stdout }, `${line}: ${result.stderr}`);
      return result.stdout.trim();
    };
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    await done('--version', new RegExp(`^${version}\n$`));
    await done('--help', /^Usage:/);
    await done('agent --help', /enroll/);
    const [row] = JSON.parse(await done('token list --json', /usesLeft|items/)).items;
    if (row !== undefined) await done(`token revoke ${row.id}`, /^Revoked/);
    const password = 'meadows beyond the harbour';
    await done('user create --email bob@x.test --role viewer --password-stdin', /^Created/, password);
    await done('user reset-link --email bob@x.test', /\/reset-password#token=/);
    t.match(await cli('user create --email eve@x.test --role viewer --password-stdin', 'aaaaaaaaaaaa'), { code: 1 });
    const key = await done('apikey create --role metrics', /^vigk_/);
    t.match((await request('GET', '/metrics', undefined, { authorization: `Bearer ${key}` })).bytes.toString(), /^# /);
    const work = 'maintenance create --client acme --title Patches --start 2031-03-09T02:00 --for 2h --zone UTC';
    const window = await done(`${work} --repeat FREQ=WEEKLY`, /\S/);
    await done('maintenance list', new RegExp(window));
    await done(`maintenance cancel ${window}`, /^Cancelled/);
    await done('doctor', /server/);
    await done(`backup ${file}`, /vigia\.tar/);
    t.match(await server.stop(), { code: 0 });
    await done('token list', /./);
    await done('doctor', /data folder/);
    t.notMatch(server.log(), /Warning|"level":[56]0/);
  });

  await t.test('up, on what was restored: with the agent of this machine', async (t) => {
    const restored = { ...options, dataDir: join(tempDir(t), 'restored') };
    t.match(await vigia(['restore', file], restored), { code: 0 });
    t.ok(existsSync(join(restored.dataDir, 'state.db')));
    const up = await startVigia(t, 'up', restored);
    const again = asker(up.address);
    const login = { email: 'ada@x.test', password: 'gravel under loud lanterns' };
    const cookie = cookiesOf(await again('POST', '/api/v1/session', login)).join('; ');
    await until('this machine beside the one that was restored', async () => {
      const { items } = (await again('GET', '/api/v1/devices', undefined, { cookie })).body;
      return items.length === 2 && items.some(({ state }: { state: string }) => state === 'up');
    });
    t.match(await up.stop(), { code: 0 });
    t.notMatch(up.log(), /Warning|"level":[56]0/);
  });
});
