import t from 'tap';
import { checkReceiver } from '../../../../server/features/telling/receiver-input.ts';

const input = (url: string) =>
  ({ name: 'R', clientId: null, minPriority: 'high', clocks: true, target: { kind: 'webhook', url } }) as const;

t.test('a server that may not reach private networks says how to allow it', async (t) => {
  await t.rejects(checkReceiver(input('https://192.168.1.5/'), false), {
    code: 'address_refused',
    message:
      '192.168.1.5 is on this machine or in a private network, which this server does not reach out to. ' +
      'For a receiver in your own network, start the server with VIGIA_NOTIFY_PRIVATE=1.',
  });
  await t.rejects(checkReceiver(input('http://1.1.1.1/'), false), { code: 'validation_failed', message: /^Use https/ });
  await t.resolves(checkReceiver(input('http://192.168.1.5/'), true));
  await t.resolves(checkReceiver(input('https://1.1.1.1/'), false));
});

t.test('a name that cannot be looked up now is accepted: the test button tells of it', async (t) => {
  await t.resolves(checkReceiver(input('https://nowhere.invalid/'), false));
});
