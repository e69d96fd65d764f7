import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import type { NetworkInterfaceInfo } from 'node:os';
import t, { type Test } from 'tap';
import { anyKind } from '../../../../agent/tasks/kind.ts';
import type { Policy } from '../../../../agent/tasks/policy.ts';
import { createProbeFeature } from '../../../../agent/tasks/probe/feature.ts';
import { createProbeKind, type ProbeKindOptions } from '../../../../agent/tasks/probe/kind.ts';
import type { Knock } from '../../../../protocol/check/knock.ts';
import type { ProbeFinding, ProbeTask } from '../../../../protocol/wire/plan.ts';
import { recordingLog } from '../../../support/agent-machine.ts';
import { startTaskAgent } from '../../../support/task-agent.ts';

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
const request = { addresses: ['192.0.2.9'], ports: [22], timeoutMs: 3_000 };

/** A server either asks it as a task, or by the frames that came before them. */
const ways = ['as a task', 'by the former frames'] as const;
let way: (typeof ways)[number] = 'as a task';

type Options = ProbeKindOptions & { readonly policy?: Policy };
type Answer = Pick<ProbeFinding, 'outcome' | 'detail'>;

/** Asks a new prober, and again. */
function createProber(t: Test, { policy: its = policy, ...options }: Options) {
  const kind = createProbeKind(options);
  const agent = startTaskAgent(t, { kinds: [anyKind(kind)], policy: its });
  const { former } = createProbeFeature({ policy: () => its, log: recordingLog().log }, kind);
  return async (task: ProbeTask): Promise<Answer> => {
    if (way === 'as a task') {
      const { ask, ended } = await agent;
      const { outcome, facts } = await ended(ask('probe', task));
      return outcome === 'refused' ? { outcome: 'not_permitted', detail: facts.reason } : facts;
    }
    const { promise, resolve } = Promise.withResolvers<Answer>();
    former.take(JSON.stringify({ id: 7, ...task }), (frame) => {
      const { id, ...answer } = JSON.parse((frame as { json: string }).json);
      t.equal(id, 7, 'its number returns');
      resolve(answer);
    });
    return promise;
  };
}

/** A prober whose knocks go as told, by `address:port`, and are silent otherwise. */
function prober(t: Test, over: Options = {}, knocks: Record<string, Knock> = {}) {
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
  return { asked, probe: createProber(t, { interfaces, knock, nowMs, ...over }) };
}

for (const each of ways) {
  t.test(each, async (t) => {
    way = each;
    t.test('a connection and a refusal both prove a host; silence does not', async (t) => {
      const f = async (knocks: Record<string, Knock>, outcome: string, detail: string) => {
        const { probe } = prober(t, {}, knocks);
        t.match(await probe({ ...request, addresses: ['192.0.2.9', 'fd00::9'], ports: [22, 443] }), {
          outcome,
          detail,
        });
      };
      await f({ '192.0.2.9:443': 'connected' }, 'reached', '192.0.2.9:443 took the connection.');
      await f({ 'fd00::9:22': 'refused' }, 'reached', '[fd00::9]:22 refused the connection.');
      await f({}, 'not_reached', 'Nothing answered at 192.0.2.9, fd00::9 on port 22, 443.');
    });

    t.test('what the agent refuses, without knocking anywhere', async (t) => {
      const f = async (over: Options, change: Partial<typeof request>, why: RegExp) => {
        const { probe, asked } = prober(t, over);
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
      const { probe, asked } = prober(t, { policy: { ...policy, networks: ['198.51.100.0/24'] } });
      t.match(await probe({ ...request, addresses: ['198.51.100.1'] }), { outcome: 'not_reached' });
      t.same(asked, ['198.51.100.1:22']);
    });

    t.test('one probe a second', async (t) => {
      let ms = 5_000;
      const { probe } = prober(t, { nowMs: () => ms });
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
        createProber(t, { policy: loopback })({ addresses: ['127.0.0.1'], ports, timeoutMs });
      t.match(await ask([port]), { outcome: 'reached', detail: /took the connection/ });
      server.close();
      await once(server, 'close');
      t.match(await ask([port]), { outcome: 'reached', detail: /refused the connection/ });
      // Only the timeout of the question ends this one.
      const never: NonNullable<ProbeKindOptions['knock']> = (_host, _port, signal) =>
        new Promise((resolve) => signal.addEventListener('abort', () => resolve('silent')));
      const answer = await createProber(t, { interfaces, knock: never })({ ...request, timeoutMs: 50 });
      t.match(answer, { outcome: 'not_reached' });
    });
  });
}
