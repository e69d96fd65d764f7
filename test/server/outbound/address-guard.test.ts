import http from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import {
  type AddressKind,
  addressKind,
  pinnedLookup,
  resolveAllowed,
  resolvePublic,
} from '../../../server/outbound/address-guard.ts';

const kinds: Record<AddressKind, readonly string[]> = {
  public: [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
  ],
  private: [
    '10.0.0.0',
    '10.255.255.255',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.255',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.255.255',
    '::1',
    'fc00::1',
    'fd12:3456::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:c0a8:1',
    '64:ff9b::10.0.0.1',
    '64:ff9b::c0a8:1',
  ],
  never: [
    '0.0.0.0',
    '0.1.2.3',
    '100.100.100.200',
    '168.63.129.16',
    '169.254.0.1',
    '169.254.169.254',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    'fd00:ec2::254',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1::1',
    '::127.0.0.1',
    'no address',
    '',
  ],
};

t.test('every address is of one kind', async (t) => {
  for (const [kind, addresses] of Object.entries(kinds)) {
    for (const address of addresses) t.equal(addressKind(address), kind, `${address} is ${kind}`);
  }
});

t.test('private addresses are refused unless they are allowed; metadata services always', async (t) => {
  const refused = { code: 'address_refused' };
  for (const host of ['127.0.0.1', 'localhost', '[::1]', '127.1', '0x7f.1', '2130706433', '10.0.0.8']) {
    await t.rejects(resolvePublic(host, { allowPrivate: false }), refused, host);
    t.equal(addressKind(await resolvePublic(host, { allowPrivate: true })), 'private', host);
  }
  for (const host of ['169.254.169.254', '[fe80::1]', '0.0.0.0', '2852039166']) {
    await t.rejects(resolvePublic(host, { allowPrivate: true }), refused, host);
  }
  await t.rejects(resolvePublic('169.254.169.254', { allowPrivate: true }), {
    message: '169.254.169.254 is not the address of a host that this server may reach.',
  });
  await t.rejects(resolvePublic('127.1', { allowPrivate: false }), {
    message:
      '127.1 is at 127.0.0.1, which is on this machine or in a private network, which this server does not reach out to.',
  });
  t.equal(await resolvePublic('1.1.1.1', { allowPrivate: false }), '1.1.1.1');
});

t.test('a name without an address says so', async (t) => {
  await t.rejects(resolvePublic('nowhere.invalid', { allowPrivate: false }), { code: 'address_unknown' });
});

t.test('waiting for a name ends with the signal', async (t) => {
  const late = new Error('too late');
  await t.rejects(resolvePublic('nowhere.invalid', { allowPrivate: false, signal: AbortSignal.abort(late) }), late);
  const controller = new AbortController();
  const waiting = resolvePublic('nowhere.invalid', { allowPrivate: false, signal: controller.signal });
  controller.abort(late);
  await t.rejects(waiting, late);
});

t.test('a connection goes to the address that was checked, whatever its name says now', async (t) => {
  const server = http.createServer((request, response) => response.end(request.headers.host));
  server.listen(0, '127.0.0.1');
  t.teardown(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const lookup = pinnedLookup(await resolveAllowed('127.0.0.1', { allowPrivate: true }));
  const body = await new Promise<string>((resolve, reject) => {
    http
      .get({ host: 'shop.invalid', port, lookup, agent: false }, (response) => {
        response.setEncoding('utf8').once('data', resolve);
      })
      .once('error', reject);
  });
  t.equal(body, `shop.invalid:${port}`);
  t.throws(
    () =>
      lookup('v6.invalid', { family: 6 }, (error) => {
        if (error) throw error;
      }),
    { code: 'address_unknown' },
  );
});
