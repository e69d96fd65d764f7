import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { dial, inTurns } from '../../../protocol/socket/dial.ts';
import { freePort } from '../../support/free-port.ts';
import { holds } from '../../support/property.ts';
import { stoppedListener } from '../../support/stopped-listener.ts';

const v4 = (address: string) => ({ address, family: 4 });
const v6 = (address: string) => ({ address, family: 6 });
const patient = () => AbortSignal.timeout(60_000);

async function listener(t: { teardown(end: () => unknown): unknown }, port = 0): Promise<number> {
  const server = createServer((socket) => socket.on('error', () => undefined).end()).listen(port, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return (server.address() as AddressInfo).port;
}

t.test('families take turns, beginning with what the resolver put first', async (t) => {
  const addresses = (...list: readonly { address: string }[]) => list.map(({ address }) => address).join(' ');
  t.equal(addresses(...inTurns([v6('a'), v6('b'), v4('c'), v4('d'), v4('e')])), 'a c b d e');
  t.equal(addresses(...inTurns([v4('a'), v6('b'), v6('c')])), 'a b c');
  t.same(inTurns([]), []);
  const any = fc.array(fc.record({ address: fc.string(), family: fc.constantFrom<number>(4, 6) }));
  holds(
    t,
    fc.property(any, (list) => {
      const sorted = inTurns(list);
      const ofFamily = (family: number, from: typeof list) =>
        JSON.stringify(from.filter((one) => one.family === family));
      return [4, 6].every((family) => ofFamily(family, list) === ofFamily(family, sorted));
    }),
  );
});

t.test('a dead address does not keep from the good one, whichever comes first', async (t) => {
  const dead = await stoppedListener(t, '127.0.0.2');
  const port = await listener(t, dead.port);
  for (const addresses of [
    [v4('127.0.0.2'), v4('127.0.0.1')],
    [v4('127.0.0.1'), v4('127.0.0.2')],
  ]) {
    const socket = await dial({ addresses, port, signal: patient() });
    t.equal(socket.remoteAddress, '127.0.0.1');
    socket.destroy();
  }
});

t.test('an attempt is not given up for the next: the way may be long', async (t) => {
  const slow = await stoppedListener(t, '127.0.0.3');
  const dead = await stoppedListener(t, '127.0.0.2', slow.port);
  const addresses = [v4('127.0.0.2'), v4('127.0.0.3'), v4('127.0.0.2')];
  const dialled = dial({ addresses, port: slow.port, signal: patient() });
  // All three are under way, and none has come about.
  let goesOn = false;
  setTimeout(() => {
    goesOn = true;
    slow.goOn();
  }, 700);
  const socket = await dialled;
  t.ok(goesOn, 'not before it could');
  t.equal(socket.remoteAddress, '127.0.0.3');
  socket.destroy();
  t.equal(dead.port, slow.port);
});

t.test('the signal ends all attempts', async (t) => {
  const dead = await stoppedListener(t, '127.0.0.2');
  const reason = new Error('too late');
  const controller = new AbortController();
  const dialled = dial({ addresses: [v4('127.0.0.2')], port: dead.port, signal: controller.signal });
  controller.abort(reason);
  await t.rejects(dialled, reason);
  await t.rejects(dial({ addresses: [v4('127.0.0.1')], port: 1, signal: AbortSignal.abort(reason) }), reason);
});

t.test('when every address fails, the error that says most is told', async (t) => {
  const port = await freePort();
  const failing = (addresses: Parameters<typeof inTurns>[0]) => dial({ addresses, port, signal: patient() });
  await t.rejects(failing([v4('127.0.0.1'), v4('127.0.0.2')]), { code: 'ECONNREFUSED' });
  await t.rejects(failing([v4('255.255.255.255'), v4('127.0.0.1')]), { code: 'ECONNREFUSED' });
  await t.rejects(failing([v4('127.0.0.1'), v4('255.255.255.255')]), { code: 'ECONNREFUSED' });
  await t.rejects(failing([]), { code: 'ENOTFOUND' });
});
