import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import type { CheckInput } from '../../../../../protocol/api/service.ts';
import type { ResolveHost } from '../../../../../protocol/check/outcome.ts';
import { everyClient } from '../../../../../server/domain/scope.ts';
import { resolvePublicHost } from '../../../../../server/features/services/checks/runner.ts';
import { startServices } from '../../../../support/services.ts';
import { addTenant, type TestClock, tempStore } from '../../../../support/store.ts';
import { until } from '../../../../support/until.ts';

const actor = { id: 'u1', name: 'Ada' };

t.test('the server looks at public addresses and follows a failure to its end', async (t) => {
  let status = 200;
  const site = createServer((_, response) => response.writeHead(status).end()).listen(0, '127.0.0.1');
  await once(site, 'listening');
  t.teardown(() => site.close());
  const url = `http://shop.example:${(site.address() as AddressInfo).port}/`;
  const clock: TestClock = {
    get nowMs() {
      return Date.now();
    },
  } as TestClock;
  const store = await tempStore(t, clock);
  const { client } = await addTenant(store, 'Acme');
  const resolve: ResolveHost = async (host) =>
    host === 'shop.example' ? [{ address: '127.0.0.1', family: 4 }] : 'name_unknown';
  const options = { store, clock, resolve };
  const first = await startServices(t, options);
  const check: CheckInput = {
    clientId: client.id,
    deviceId: null,
    name: 'Shop',
    target: { kind: 'http', url },
    intervalSeconds: 5,
    timeoutSeconds: 2,
    forSeconds: 0,
    priority: 'medium',
  };
  const { id } = await first.checkPort.create(everyClient, check, actor);
  first.runner.start();
  const stateOf = (services: typeof first) => services.checkPort.get(everyClient, id).state;
  await until('it passes', () => stateOf(first) === 'up');
  status = 503;
  await until('it fails', () => first.written.length > 0);
  t.equal(stateOf(first), 'down');
  t.same(first.written, ['check.failed open']);
  await first.runner.stop();
  await first.save();

  const second = await startServices(t, options);
  t.equal(stateOf(second), 'down', 'as it was left');
  status = 200;
  second.runner.start();
  await until('it passes again', () => second.written.length > 0);
  t.equal(stateOf(second), 'up');
  await second.runner.stop();
  t.same(second.written, ['check.failed resolved'], 'the same incident');
  const rows = await store.scoped(everyClient).checks.intervals(id, 0, Number.MAX_SAFE_INTEGER);
  t.same(rows.at(-1)?.state, 'down');
});

/** What leads to no public host, by name, address, and every way to write one. */
const refused = [
  '127.0.0.1',
  '127.1.2.3',
  '10.0.0.1',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '169.254.169.254',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '::1',
  '::',
  'fe80::1',
  'fc00::1',
  'fd00:ec2::254',
  '::ffff:10.0.0.1',
  '::ffff:127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '2002:7f00:1::',
  'localhost',
] as const;
const allowed = ['192.31.196.1', '1.1.1.1', '2606:4700:4700::1111'] as const;

t.test('what is not public is never reached, however it is written', async (t) => {
  const signal = AbortSignal.timeout(60_000);
  for (const host of refused) t.equal(await resolvePublicHost(host, signal), 'not_permitted', host);
  for (const host of allowed) t.match(await resolvePublicHost(host, signal), [{ address: host }], host);
});

t.test('and is refused when the check is made', async (t) => {
  const clock: TestClock = { nowMs: 1_800_000_000_000 };
  const store = await tempStore(t, clock);
  const { client } = await addTenant(store, 'Acme');
  const { checkPort } = await startServices(t, { store, clock });
  const rest = {
    clientId: client.id,
    deviceId: null,
    name: 'x',
    intervalSeconds: 60,
    timeoutSeconds: 5,
    forSeconds: 0,
    priority: 'normal',
  } as const;
  for (const host of refused) {
    const url = `http://${host.includes(':') ? `[${host}]` : host}/`;
    for (const target of [{ kind: 'tcp', host, port: 80 } as const, { kind: 'http', url } as const]) {
      await t.rejects(checkPort.create(everyClient, { ...rest, target }, actor), {
        code: 'validation_failed',
        message: /./,
      });
    }
  }
  for (const url of ['http://2130706433/', 'http://0x7f.1/', 'http://0177.0.0.1/', 'http://[::ffff:7f00:1]/']) {
    const target = { kind: 'http', url } as const;
    await t.rejects(checkPort.create(everyClient, { ...rest, target }, actor), {
      message: /public addresses only: let an agent at the site run this check\.$/,
    });
  }
});
