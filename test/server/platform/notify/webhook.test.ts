import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import t from 'tap';
import { signature, webhookChannel } from '../../../../server/platform/notify/webhook.ts';
import { deadUrl, startHttpReceiver } from '../../../support/http-receiver.ts';
import { conforms, sampleMessage } from './conformance.ts';

const secret = 'a secret of the webhook';
const outside = { allowPrivate: true, mailName: null, now: () => 1_800_000_001_999 };
const signal = () => AbortSignal.timeout(120_000);

conforms({
  name: 'webhook',
  secret,
  async start(t, behaviour) {
    const receiver = await startHttpReceiver(t, { behaviour });
    return {
      channel: webhookChannel({ url: `${receiver.url}/hook?x=1` }, secret, outside),
      received() {
        return receiver.received.map(({ headers, body }) => {
          const { title, sentence, facts, lines, link } = JSON.parse(body);
          const text = [sentence, ...Object.values(facts), ...lines, link].join('\n');
          return { title, text, idempotencyKey: String(headers['idempotency-key']) };
        });
      },
    };
  },
  absent: async () => webhookChannel({ url: await deadUrl() }, secret, outside),
});

t.test('the body is signed with the time', async (t) => {
  const { url, received } = await startHttpReceiver(t);
  const answer = await webhookChannel({ url: `${url}/hook?x=1` }, secret, outside).deliver(sampleMessage(), signal());
  t.equal(answer, '200 ok');
  const [first] = received;
  t.match(first, {
    path: '/hook?x=1',
    headers: { 'content-type': 'application/json; charset=utf-8', 'idempotency-key': 'incident-1/0/raised:receiver-1' },
  });
  const wanted = createHmac('sha256', secret).update(`1800000001.${first!.body}`).digest('hex');
  t.equal(first!.headers['vigia-signature'], `t=1800000001,v1=${wanted}`);
  t.match(JSON.parse(first!.body), {
    id: 'incident-1/0/raised:receiver-1',
    kind: 'incident.raised',
    priority: 'high',
    at: '2027-01-15T08:00:00.000Z',
    facts: { Client: 'Acme' },
    data: { incidentId: 'incident-1' },
  });
});

t.test('the example in the documentation knows what is from Vigia', async (t) => {
  const page = readFileSync(new URL('../../../../docs/notifications.md', import.meta.url), 'utf8');
  const [, example = ''] = /```js\n(.*?)```/s.exec(page) ?? [];
  const { isFromVigia } = await import(`data:text/javascript,${encodeURIComponent(example)}`);
  const header = signature(secret, 1_000, '{"a":1}');
  t.ok(isFromVigia(header, '{"a":1}', secret, 1_100));
  t.notOk(isFromVigia(header, '{"a":2}', secret, 1_100), 'changed');
  t.notOk(isFromVigia(header, '{"a":1}', 'another secret', 1_100), 'by somebody else');
  t.notOk(isFromVigia(header, '{"a":1}', secret, 1_400), 'old');
  t.notOk(isFromVigia('t=1000', '{"a":1}', secret, 1_000), 'unsigned');
});

t.test('without a secret there is no signature', async (t) => {
  const { url, received } = await startHttpReceiver(t);
  await webhookChannel({ url }, null, outside).deliver(sampleMessage(), signal());
  t.notOk('vigia-signature' in received[0]!.headers);
});

t.test('a redirect is not followed', async (t) => {
  const other = await startHttpReceiver(t);
  const { url } = await startHttpReceiver(t, { answer: { status: 307, headers: { location: other.url }, body: '' } });
  await t.rejects(webhookChannel({ url }, secret, outside).deliver(sampleMessage(), signal()), {
    message: 'The receiver answered 307, a redirect, which is not followed. Enter the final address.',
  });
  t.same(other.received, []);
});

t.test('any success counts; what the receiver asks for is kept', async (t) => {
  const created = await startHttpReceiver(t, { answer: { status: 204, body: '' } });
  t.equal(await webhookChannel({ url: created.url }, secret, outside).deliver(sampleMessage(), signal()), '204');
  const busy = await startHttpReceiver(t, {
    answer: { status: 429, headers: { 'retry-after': '120' }, body: 'later' },
  });
  await t.rejects(webhookChannel({ url: busy.url }, secret, outside).deliver(sampleMessage(), signal()), {
    message: 'The receiver answered 429: later',
    retryAfterMs: 120_000,
  });
});

t.test('a receiver that repeats the secret does not bring it to a screen', async (t) => {
  const body = `wrong: ${secret} ${Buffer.from(secret).toString('base64')}`;
  const { url } = await startHttpReceiver(t, { answer: { status: 400, body } });
  await t.rejects(webhookChannel({ url }, secret, outside).deliver(sampleMessage(), signal()), {
    message: 'The receiver answered 400: wrong: *** ***',
  });
});

t.test('private addresses are refused unless they are allowed', async (t) => {
  const { url, received } = await startHttpReceiver(t);
  const careful = { ...outside, allowPrivate: false };
  for (const target of [url, url.replace('127.0.0.1', 'localhost'), 'http://169.254.169.254/latest/meta-data']) {
    await t.rejects(webhookChannel({ url: target }, secret, careful).deliver(sampleMessage(), signal()), /reach/);
  }
  await t.rejects(webhookChannel({ url: 'http://1.1.1.1/' }, secret, outside).deliver(sampleMessage(), signal()), {
    message: '1.1.1.1 is not in a private network: use https:// there.',
  });
  t.same(received, []);
});
