import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { permitsPage, resolveFor } from '../../../../agent/tasks/checks/own-address.ts';
import { createRunner } from '../../../../agent/tasks/checks/run-check.ts';
import { POLICY_FILE } from '../../../../agent/tasks/policy.ts';
import { tempDir } from '../../../support/temp-dir.ts';

const signal = AbortSignal.timeout(60_000);

t.test(
  'an agent reaches no metadata, no link-local address and nothing that is no host, whatever its policy',
  async (t) => {
    for (const host of [
      '169.254.169.254',
      '169.254.1.1',
      '100.100.100.200',
      '168.63.129.16',
      'fd00:ec2::254',
      'fe80::1',
      'fe80::1%lo',
      'ff02::1',
      '224.0.0.1',
      '255.255.255.255',
      '0.0.0.0',
      '::',
      '::ffff:169.254.169.254',
      '64:ff9b::169.254.169.254',
      '0xa9fea9fe',
    ]) {
      t.equal(await resolveFor(() => true)(host, signal), 'address_refused', host);
      t.equal(await resolveFor(() => false)(host, signal), 'address_refused', host);
    }
  },
);

t.test('other hosts are reached as the policy says, this machine always', async (t) => {
  const others = [
    '10.0.0.1',
    '192.0.2.77',
    '198.18.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '1.1.1.1',
    'fd12::1',
    '::ffff:10.0.0.1',
  ];
  for (const host of others) {
    t.equal(await resolveFor(() => false)(host, signal), 'not_permitted', host);
    t.same(await resolveFor(() => true)(host, signal), [{ address: host, family: isIP(host) }]);
  }
  const own = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .map(({ address }) => address)
    .filter((address) => !/^(?:fe80|169\.254)/i.test(address));
  for (const host of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', ...own]) {
    t.same(await resolveFor(() => false)(host, signal), [{ address: host, family: isIP(host) }], host);
  }
  t.equal(await resolveFor(() => true)('nowhere.invalid', signal), 'name_unknown');
});

t.test('this machine is asked for pages without a query only, unless its policy says more', async (t) => {
  const page = (url: string, address: string) => [new URL(url), [{ address, family: isIP(address) }]] as const;
  const f = (url: string, address: string, wanted: boolean) =>
    t.equal(permitsPage(() => false)(...page(url, address)), wanted, `${url} at ${address}`);
  f('http://localhost/health', '127.0.0.1', true);
  f('http://localhost/admin?restart=1', '127.0.0.1', false);
  f('http://localhost/?', '127.0.0.1', true);
  f('http://x.test/?a', '127.8.8.8', false);
  f('http://x.test/?a', '::1', false);
  f('http://x.test/?a', '::ffff:127.0.0.1', false);
  f('http://x.test/?a', '10.200.200.200', true);
  t.equal(permitsPage(() => true)(...page('http://localhost/?a', '127.0.0.1')), true);
  const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  for (const { address } of own) f('http://x.test/?a', address, false);
});

t.test('the refusal is a state of the check, by a redirect too, and the service hears nothing', async (t) => {
  const dataDir = tempDir(t);
  const asked: string[] = [];
  const server = createServer(({ method, url = '' }, response) => {
    asked.push(`${method} ${url}`);
    if (url === '/there') response.writeHead(302, { location: '/shutdown?now' }).end();
    else response.end('fine');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const run = (url: string) =>
    createRunner(dataDir)({ id: 'c1', target: { kind: 'http', url }, intervalMs: 60_000, timeoutMs: 20_000 });
  t.match(await run(`${base}/health`), { up: true, httpStatus: 200 });
  t.match(await run(`${base}/shutdown?now`), { up: null, reason: 'query_not_permitted', httpStatus: null });
  t.match(await run(`${base}/there`), { up: null, reason: 'query_not_permitted' });
  t.match(await run('http://169.254.169.254/latest/meta-data/'), { up: null, reason: 'address_refused' });
  t.same(asked, ['GET /health', 'GET /there']);
  writeFileSync(join(dataDir, POLICY_FILE), '{ "allow": ["check-local-query"] }');
  t.match(await run(`${base}/shutdown?now`), { up: true, httpStatus: 200 });
  t.match(await run(`${base}/there`), { up: true });
});
