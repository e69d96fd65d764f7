import type { Socket } from 'node:net';
import t from 'tap';
import { channelFits, channelOf, isLoopback, parseServerUrl, serverPath } from '../../../agent/link/channel.ts';

t.test('addresses of a server', async (t) => {
  const takes = (text: string, want: string) => t.equal(parseServerUrl(text).href, want);
  takes('https://vigia.example.com', 'https://vigia.example.com/');
  takes('https://vigia.example.com:8420/', 'https://vigia.example.com:8420/');
  takes('https://example.com/vigia/', 'https://example.com/vigia');
  takes('http://127.0.0.1:8420', 'http://127.0.0.1:8420/');
  takes('http://localhost:8420', 'http://localhost:8420/');
  takes('http://[::1]:8420', 'http://[::1]:8420/');
  const refuses = (text: string, code: string) => t.throws(() => parseServerUrl(text), { code }, text);
  refuses('', 'usage');
  refuses('vigia.example.com', 'usage');
  refuses('vigia.example.com:8420', 'usage');
  refuses('ftp://vigia.example.com', 'usage');
  refuses('wss://vigia.example.com', 'usage');
  refuses('https://vigia.example.com/?x=1', 'usage');
  refuses('https://vigia.example.com/#x', 'usage');
  refuses('http://vigia.example.com', 'plaintext_refused');
  refuses('http://192.0.2.1:8420', 'plaintext_refused');
  refuses('http://127.0.0.1.example.com', 'plaintext_refused');
  refuses('http://localhost.example.com', 'plaintext_refused');
});

t.test('paths below an address', async (t) => {
  const f = (base: string, want: string) => t.equal(serverPath(parseServerUrl(base), '/agent').href, want);
  f('https://example.com', 'https://example.com/agent');
  f('https://example.com/vigia/', 'https://example.com/vigia/agent');
});

t.test('what is this machine', async (t) => {
  for (const host of ['localhost', '127.0.0.1', '127.1.2.3', '::1', '[::1]', '::ffff:127.0.0.1'])
    t.ok(isLoopback(host), host);
  for (const host of ['', '0.0.0.0', '10.0.0.1', '::', '128.0.0.1', '127.0.0.1.nip.io', 'fe80::1'])
    t.notOk(isLoopback(host), host);
});

t.test('the channel of a connection', async (t) => {
  t.same(channelOf({ remoteAddress: '127.0.0.1' } as Socket), { kind: 'loopback' });
  t.throws(() => channelOf({ remoteAddress: '192.0.2.1' } as Socket), { code: 'plaintext_refused' });
  t.throws(() => channelOf({} as Socket), { code: 'plaintext_refused' });
});

t.test('whether it leads to the server that signed', async (t) => {
  const certificateHash = new Uint8Array(32).fill(1);
  const other = new Uint8Array(32).fill(2);
  t.equal(channelFits({ kind: 'loopback' }, other), true);
  t.equal(channelFits({ kind: 'tls', certificateHash, isAuthorized: false }, certificateHash), true);
  t.equal(channelFits({ kind: 'tls', certificateHash, isAuthorized: false }, other), false);
  t.equal(channelFits({ kind: 'tls', certificateHash, isAuthorized: false }, new Uint8Array()), false);
  t.equal(channelFits({ kind: 'tls', certificateHash, isAuthorized: true }, new Uint8Array()), true);
});
