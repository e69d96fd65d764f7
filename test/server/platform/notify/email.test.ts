import t from 'tap';
import { type EmailTarget, emailChannel } from '../../../../server/platform/notify/email.ts';
import { freePort } from '../../../support/free-port.ts';
import { startSmtpReceiver } from '../../../support/smtp-receiver.ts';
import { startStrictRelay } from '../../../support/strict-relay.ts';
import { conforms, sampleMessage } from './conformance.ts';

const password = 'the secret of the box';
const outside = { allowPrivate: true, mailName: null, now: () => 0 };
const signal = () => AbortSignal.timeout(120_000);

function target(port: number, changes: Partial<EmailTarget> = {}): EmailTarget {
  return {
    host: '127.0.0.1',
    port,
    security: 'implicit',
    user: null,
    from: 'vigia@msp.example',
    to: ['ops@msp.example'],
    ...changes,
  };
}

for (const security of ['implicit', 'starttls'] as const) {
  const user = 'vigia';
  conforms({
    name: 'email',
    secret: password,
    async start(t, behaviour) {
      const { port, mails } = await startSmtpReceiver(t, { behaviour, security, login: { user, password } });
      // A server that hangs does so before it speaks of TLS.
      const channel = emailChannel(target(port, { security, user }), password, outside);
      return {
        channel,
        received: () =>
          mails.map(({ headers, text }) => ({
            title: headers.subject ?? '',
            text,
            idempotencyKey: headers['message-id'] ?? null,
          })),
      };
    },
    absent: async () => emailChannel(target(await freePort(), { security, user }), password, outside),
  });
}

t.test('a mail in text and HTML, from and to whom it was set', async (t) => {
  const { port, mails } = await startSmtpReceiver(t, { security: 'starttls' });
  const channel = emailChannel(
    target(port, { security: 'starttls', to: ['a@x.example', 'b@y.example'] }),
    null,
    outside,
  );
  const answer = await channel.deliver(sampleMessage({ sentence: '<b>full</b>', lines: ['"one" & two'] }), signal());
  t.match(answer, /^250 /);
  const [mail] = mails;
  t.match(mail, { from: 'vigia@msp.example', to: ['a@x.example', 'b@y.example'], user: null, isSecure: true });
  t.match(mail!.headers, {
    from: 'Vigia <vigia@msp.example>',
    to: 'a@x.example, b@y.example',
    date: 'Fri, 15 Jan 2027 08:00:00 +0000',
    'message-id': /^<[0-9a-f]{40}@msp\.example>$/,
    references: /^<[0-9a-f]{40}@msp\.example>$/,
    'auto-submitted': 'auto-generated',
  });
  t.equal(mail!.text.trim(), '<b>full</b>\n\nClient: Acme\n\n- "one" & two\n\nhttps://vigia.example.com/incidents/1');
  t.match(mail!.html, '<p>&lt;b&gt;full&lt;/b&gt;</p>');
  t.match(mail!.html, '<li>&quot;one&quot; &amp; two</li>');
});

t.test('nothing in a message becomes a header', async (t) => {
  const { port, mails } = await startSmtpReceiver(t);
  const channel = emailChannel(target(port), null, outside);
  const evil = 'x\r\nBcc: victim@z.example\r\n\r\nbody\u0000';
  await channel.deliver(sampleMessage({ title: evil, idempotencyKey: evil, thread: evil }), signal());
  t.same(mails[0]?.to, ['ops@msp.example']);
  t.notOk('bcc' in mails[0]!.headers);
  t.equal(mails[0]?.headers.subject, 'x Bcc: victim@z.example  body\u0000');
});

t.test('messages about one incident are one conversation', async (t) => {
  const { port, mails } = await startSmtpReceiver(t);
  const channel = emailChannel(target(port), null, outside);
  await channel.deliver(sampleMessage({ idempotencyKey: 'a' }), signal());
  await channel.deliver(sampleMessage({ idempotencyKey: 'b' }), signal());
  await channel.deliver(sampleMessage({ idempotencyKey: 'c', thread: null }), signal());
  t.equal(mails[0]?.headers.references, mails[1]?.headers.references);
  t.not(mails[0]?.headers['message-id'], mails[1]?.headers['message-id']);
  t.notOk('references' in mails[2]!.headers);
});

t.test('a wrong password and a refused recipient are told', async (t) => {
  const login = { user: 'vigia', password };
  const locked = await startSmtpReceiver(t, { login });
  const wrong = emailChannel(target(locked.port, { user: 'vigia' }), 'another secret', outside);
  await t.rejects(wrong.deliver(sampleMessage(), signal()), {
    message: 'The server of mail answered: 535 unwanted vigia',
  });

  const picky = await startSmtpReceiver(t, { refusesRecipient: (address) => address.startsWith('gone') });
  const some = emailChannel(target(picky.port, { to: ['gone@x.example', 'here@x.example'] }), null, outside);
  t.match(await some.deliver(sampleMessage(), signal()), /^250 .*\(refused: gone@x\.example\)$/);
  const none = emailChannel(target(picky.port, { to: ['gone@x.example'] }), null, outside);
  await t.rejects(none.deliver(sampleMessage(), signal()), /550 no such box/);
});

t.test('without TLS mail goes to this machine only, and a server that offers none gets none', async (t) => {
  const plain = await startSmtpReceiver(t, { security: 'none' });
  const local = emailChannel(target(plain.port, { security: 'none' }), null, outside);
  t.match(await local.deliver(sampleMessage(), signal()), /^250 /);
  t.equal(plain.mails[0]?.isSecure, false);
  const upgraded = emailChannel(target(plain.port, { security: 'starttls' }), null, outside);
  await t.rejects(upgraded.deliver(sampleMessage(), signal()), /STARTTLS|TLS/);
  t.equal(plain.mails.length, 1);
  const remote = emailChannel(target(25, { host: '10.9.8.7', security: 'none' }), null, outside);
  await t.rejects(remote.deliver(sampleMessage(), signal()), {
    message: '10.9.8.7 is another machine: mail goes there over TLS only.',
  });
});

t.test('private servers of mail are refused unless they are allowed', async (t) => {
  const { port, mails } = await startSmtpReceiver(t);
  const careful = emailChannel(target(port), null, { ...outside, allowPrivate: false });
  await t.rejects(
    careful.deliver(sampleMessage(), signal()),
    /private network, which this server does not reach out to/,
  );
  t.same(mails, []);
});

t.test('the greeting is a name that large relays take', async (t) => {
  const relay = await startStrictRelay(t);
  const over = { security: 'none', from: 'vigia@msp.example' } as const;
  const named = emailChannel(target(relay.port, over), null, { ...outside, mailName: 'vigia.example.com' });
  t.match(await named.deliver(sampleMessage(), signal()), /^250 /);
  const unnamed = emailChannel(target(relay.port, over), null, outside);
  t.match(await unnamed.deliver(sampleMessage(), signal()), /^250 /, 'without a name of its own, by its domain');
  t.same(relay.greetings, ['vigia.example.com', 'msp.example']);
  t.equal(relay.mails.length, 2);
});
