import type { IncomingMessage } from 'node:http';
import t from 'tap';
import { isRange, trustProxies } from '../../../../server/platform/net/trusted-proxies.ts';

function asks(from: string | undefined, forwarded?: string | string[]) {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return { headers, socket: { remoteAddress: from } } as unknown as IncomingMessage;
}

t.test('who asks is the last address that no trusted proxy stands for', async (t) => {
  const f = (ranges: string[], from: string | undefined, forwarded: string | string[] | undefined, is: string) =>
    t.equal(trustProxies(ranges).addressOf(asks(from, forwarded)), is, `${from} says ${forwarded}, trusted ${ranges}`);
  const local = ['127.0.0.0/8', '::1'];
  f([], '127.0.0.1', '203.0.113.9', '127.0.0.1');
  f(local, '203.0.113.9', '198.51.100.1', '203.0.113.9');
  f(local, '127.0.0.1', undefined, '127.0.0.1');
  f(local, '127.0.0.1', '203.0.113.9', '203.0.113.9');
  f(local, '::ffff:127.0.0.1', '203.0.113.9', '203.0.113.9');
  f(local, '::1', '2001:db8::1', '2001:db8::1');
  f(local, '127.0.0.1', 'made.up, 198.51.100.1, 203.0.113.9', '203.0.113.9');
  f([...local, '10.0.0.0/8'], '127.0.0.1', '198.51.100.1, 203.0.113.9, 10.1.2.3', '203.0.113.9');
  f([...local, '10.0.0.0/8'], '127.0.0.1', ['198.51.100.1', '203.0.113.9, 10.1.2.3'], '203.0.113.9');
  f(local, '127.0.0.1', 'unknown', '127.0.0.1');
  f(local, '127.0.0.1', '', '127.0.0.1');
  f(local, '127.0.0.1', '203.0.113.9:4711', '203.0.113.9');
  f(local, '127.0.0.1', '[2001:db8::1]:4711', '2001:db8::1');
  f(local, '127.0.0.1', '127.0.0.1, 127.0.0.2', '127.0.0.1');
  f(['fd00::/8'], 'fd00::5', 'fe80::1%eth0', 'fe80::1');
  f(['192.0.2.7'], '192.0.2.8', '203.0.113.9', '192.0.2.8');
  f(local, undefined, '203.0.113.9', 'unknown');
});

t.test('ranges', async (t) => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '0.0.0.0/0', '::1', 'fd00::/8', '2001:db8::/128'])
    t.ok(isRange(good), good);
  for (const wrong of ['', '10.0.0', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', 'nginx', '::/129', '::1/x', '*'])
    t.notOk(isRange(wrong), wrong);
});
