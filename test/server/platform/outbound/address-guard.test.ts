import t from 'tap';
import { addressKind } from '../../../../protocol/check/address-kind.ts';
import { resolvePublic } from '../../../../server/platform/outbound/address-guard.ts';

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
