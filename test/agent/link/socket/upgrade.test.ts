import t from 'tap';
import { acceptOf, readUpgrade, upgradeRequest } from '../../../../agent/link/socket/upgrade.ts';

const url = new URL('wss://vigia.example.com:8420/base/agent?x=1');
const key = 'dGhlIHNhbXBsZSBub25jZQ==';
const accept = 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=';

const good = [
  'HTTP/1.1 101 Switching Protocols',
  'Upgrade: websocket',
  'Connection: Upgrade',
  `Sec-WebSocket-Accept: ${accept}`,
  'Sec-WebSocket-Protocol: vigia',
];

const answer = (lines: readonly string[]) => Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
const without = (start: string) => good.filter((line) => !line.startsWith(start));
const read = (bytes: Buffer) => readUpgrade(bytes, url, key, 'vigia');

t.test('the request', async (t) => {
  t.equal(acceptOf(key), accept, 'RFC 6455, section 1.3');
  t.same(upgradeRequest(url, key, 'vigia').split('\r\n'), [
    'GET /base/agent?x=1 HTTP/1.1',
    'Host: vigia.example.com:8420',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Protocol: vigia',
    '',
    '',
  ]);
});

t.test('an answer that opens the connection', async (t) => {
  const opens = (lines: readonly string[], why: string) => {
    const bytes = answer(lines);
    t.equal(read(bytes), bytes.length, why);
    t.equal(read(Buffer.concat([bytes, Buffer.from('82', 'hex')])), bytes.length, 'and what follows is a message');
    for (let length = 0; length < bytes.length; length += 1) {
      if (read(bytes.subarray(0, length)) !== undefined) t.fail(`${length} bytes are taken for the whole`);
    }
  };
  opens(good, 'as servers write it');
  opens(
    good.map((line) => line.replace(/^[^:]+:/, (name) => name.toUpperCase())),
    'in capitals',
  );
  opens([...without('Upgrade'), 'upgrade:WebSocket  '], 'spelt otherwise');
  opens([...without('Connection'), 'Connection: keep-alive, upgrade'], 'with more in the list');
  opens([...without('Connection'), 'Connection: keep-alive', 'Connection: Upgrade'], 'in two lines');
  opens([...good, 'Server: x', 'no header', ': none'], 'with what does not concern us');
});

t.test('answers of others', async (t) => {
  const refuses = (lines: readonly string[], message: RegExp, code = 'server_not_vigia') =>
    t.throws(() => read(answer(lines)), { code, message }, lines.join(' '));
  const notThis = /opens another kind of connection/;
  for (const name of ['Upgrade', 'Connection', 'Sec-WebSocket-Accept', 'Sec-WebSocket-Protocol']) {
    refuses(without(name), notThis);
  }
  refuses([...without('Upgrade'), 'Upgrade: h2c'], notThis);
  refuses([...without('Connection'), 'Connection: noupgrade'], notThis);
  refuses([...without('Sec-WebSocket-Accept'), `Sec-WebSocket-Accept: ${key}`], notThis);
  refuses([...good, `Sec-WebSocket-Accept: ${accept}`], notThis);
  refuses([...without('Sec-WebSocket-Protocol'), 'Sec-WebSocket-Protocol: other'], notThis);
  refuses([...good, 'Sec-WebSocket-Extensions: permessage-deflate'], notThis);
  refuses(['HTTP/1.1 200 OK'], /it answers 200/);
  refuses(['HTTP/1.1 404 Not Found'], /it answers 404/);
  refuses(['HTTP/1.1 301 Moved', 'Location: https://elsewhere.example'], /it answers 301/);
  refuses(['HTTP/1.0 101 Switching Protocols', ...good.slice(1)], /not HTTP\/1.1/);
  refuses(['HTTP/1.1 1010 X'], /not HTTP\/1.1/);
  refuses(['HTTP/1.1 502 Bad Gateway'], /answers 502: the server behind it does not run/, 'server_unreachable');
  refuses(['HTTP/1.1 503 Service Unavailable'], /answers 503/, 'server_unreachable');
});

t.test('what is no HTTP is not waited for', async (t) => {
  t.throws(() => read(Buffer.from('SSH-2.0-OpenSSH')), { code: 'server_not_vigia', message: /not HTTP/ });
  t.throws(() => read(Buffer.from('H_')), { code: 'server_not_vigia' });
  t.throws(() => read(Buffer.from(`HTTP/1.1 101 X\r\n${'x'.repeat(20_000)}`)), { message: /too long/ });
  t.throws(() => read(answer([...good, `X: ${'x'.repeat(20_000)}`])), { message: /too long/ });
});
