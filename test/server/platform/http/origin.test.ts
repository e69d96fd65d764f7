import { hostname, networkInterfaces } from 'node:os';
import t from 'tap';
import { createOrigins } from '../../../../server/platform/http/origin.ts';

const at = (address: string, port = 8420) => ({ address, port, family: address.includes(':') ? 'IPv6' : 'IPv4' });

t.test('on loopback: exactly its addresses', (t) => {
  const { allows, base } = createOrigins({ publicUrl: null, secure: false, address: () => at('127.0.0.1') });
  for (const good of ['http://127.0.0.1:8420', 'http://localhost:8420', 'http://[::1]:8420']) t.ok(allows(good), good);
  for (const bad of [
    'https://127.0.0.1:8420',
    'http://127.0.0.1',
    'http://127.0.0.1:8421',
    'http://127.0.0.1:84200',
    'http://localhost.evil.test:8420',
    'http://evil.test',
    'null',
    '',
    'http://127.0.0.1:8420/',
    'HTTP://LOCALHOST:8420',
  ]) {
    t.notOk(allows(bad), bad);
  }
  t.equal(base(), 'http://127.0.0.1:8420');
  t.equal(base('http://localhost:8420'), 'http://localhost:8420');
  t.equal(base('http://evil.test'), 'http://127.0.0.1:8420');
  t.end();
});

t.test('the public URL counts by its origin and is the base', (t) => {
  const publicUrl = 'https://vigia.example/watch';
  const { allows, base } = createOrigins({ publicUrl, secure: false, address: () => at('127.0.0.1') });
  t.ok(allows('https://vigia.example'));
  t.ok(allows('http://localhost:8420'));
  t.notOk(allows('http://vigia.example'));
  t.equal(base('http://localhost:8420'), publicUrl);
  t.end();
});

t.test('default ports are left out, as browsers do', (t) => {
  const { allows } = createOrigins({
    publicUrl: 'https://v.example:443',
    secure: true,
    address: () => at('127.0.0.1', 443),
  });
  t.ok(allows('https://v.example'));
  t.ok(allows('https://localhost'));
  t.end();
});

t.test('on every address: those of this machine and no others', (t) => {
  const { allows } = createOrigins({ publicUrl: null, secure: true, address: () => at('0.0.0.0') });
  t.ok(allows(`https://${hostname().toLowerCase()}:8420`));
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((all) => all ?? [])) {
    if (family === 'IPv4') t.ok(allows(`https://${address}:8420`), address);
  }
  t.notOk(allows('https://203.0.113.9:8420'));
  t.notOk(allows('https://0.0.0.0:8420'));
  t.end();
});

t.test('before it listens nothing is allowed', (t) => {
  const { allows, base } = createOrigins({ publicUrl: null, secure: false, address: () => null });
  t.notOk(allows('http://127.0.0.1:0'));
  t.throws(() => base(), /does not listen/);
  t.end();
});
