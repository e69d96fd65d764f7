import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import t from 'tap';
import { createProber, type ProberOptions } from '../../../agent/tasks/probe.ts';
import type { Knock } from '../../../protocol/check/knock.ts';

const address = (cidr: string, internal = false): NetworkInterfaceInfo => ({
  address: cidr.split('/')[0]!,
  netmask: '',
  family: 'IPv4',
  mac: '',
  internal,
  cidr,
});
const interfaces = () => ({
  lo: [address('127.0.0.1/8', true)],
  eth0: [address('192.0.2.2/24'), address('fd00::2/64')],
});
const policy = { allows: () => true, networks: [] as string[], fault: undefined };
const request = { id: 1, addresses: ['192.0.2.9'], ports: [22], timeoutMs: 3_000 };

/** A prober whose knocks go as told, by `address:port`, and are silent otherwise. */
function prober(over: Partial<ProberOptions> = {}, knocks: Record<string, Knock> = {}) {
  let ms = 0;
  const asked: string[] = [];
  const knock = async (host: string, port: number): Promise<Knock> => {
    asked.push(`${host}:${port}`);
    return knocks[`${host}:${port}`] ?? 'silent';
  };
  const nowMs = () => {
    ms += 10_000;
    return ms;
  };
  return { asked, probe: createProber({ policy, interfaces, knock, nowMs, ...over }) };
}

t.test('a connection and a refusal both prove a host; silence does not', async (t) => {
  const f = async (knocks: Record<string, Knock>, outcome: string, detail: string) => {
    const { probe } = prober({}, knocks);
    t.match(await probe({ ...request, addresses: ['192.0.2.9', 'fd00::9'], ports: [22, 443] }), {
      id: 1,
      outcome,
      detail,
    });
  };
  await f({ '192.0.2.9:443': 'connected' }, 'reached', '192.0.2.9:443 took the connection.');
  await f({ 'fd00::9:22': 'refused' }, 'reached', '[fd00::9]:22 refused the connection.');
  await f({}, 'not_reached', 'Nothing answered at 192.0.2.9, fd00::9 on port 22, 443.');
});

t.test('what the agent refuses, without knocking anywhere', async (t) => {
  const f = async (over: Partial<ProberOptions>, change: Partial<typeof request>, why: RegExp) => {
    const { probe, asked } = prober(over);
    t.match(await probe({ ...request, ...change }), { outcome: 'not_permitted', detail: why });
    t.same(asked, []);
  };
  await f({ policy: { ...policy, allows: () => false } }, {}, /policy of this agent does not allow probe-peers/);
  await f({}, { addresses: Array(9).fill('192.0.2.9') }, /At most 8 addresses and 16 ports/);
  await f({}, { ports: Array(17).fill(22) }, /At most 8 addresses and 16 ports/);
  await f({}, { addresses: [] }, /no address or no port/);
  await f({}, { ports: [] }, /no address or no port/);
  await f({}, { addresses: ['198.51.100.1'] }, /198.51.100.1 is in no network of this machine/);
  await f({}, { addresses: ['192.0.2.9', '10.0.0.1'] }, /10.0.0.1 is in no network/);
  await f({}, { addresses: ['fd01::1'] }, /fd01::1 is in no network/);
  await f({}, { addresses: ['127.0.0.1'] }, /127.0.0.1 is in no network/);
  await f({}, { addresses: ['router.local'] }, /router.local is in no network/);
});

t.test('a network that the policy names counts as the neighbourhood', async (t) => {
  const { probe, asked } = prober({ policy: { ...policy, networks: ['198.51.100.0/24'] } });
  t.match(await probe({ ...request, addresses: ['198.51.100.1'] }), { outcome: 'not_reached' });
  t.same(asked, ['198.51.100.1:22']);
});

t.test('one probe a second', async (t) => {
  let ms = 5_000;
  const { probe } = prober({ nowMs: () => ms });
  t.match(await probe(request), { outcome: 'not_reached' });
  ms += 999;
  t.match(await probe(request), { outcome: 'not_permitted', detail: 'One probe a second is enough.' });
  ms += 1;
  t.match(await probe(request), { outcome: 'not_reached' });
});

t.test('on real sockets: taken, refused, and over in time', async (t) => {
  const loopback = { ...policy, networks: ['127.0.0.0/8'] };
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const ask = (ports: number[], timeoutMs = 3_000) =>
    createProber({ policy: loopback })({ id: 2, addresses: ['127.0.0.1'], ports, timeoutMs });
  t.match(await ask([port]), { outcome: 'reached', detail: /took the connection/ });
  server.close();
  await once(server, 'close');
  t.match(await ask([port]), { outcome: 'reached', detail: /refused the connection/ });
  // Only the timeout of the question ends this one.
  const never: ProberOptions['knock'] = (_host, _port, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve('silent')));
  const answer = await createProber({ policy, interfaces, knock: never })({ ...request, timeoutMs: 50 });
  t.match(answer, { outcome: 'not_reached' });
});
