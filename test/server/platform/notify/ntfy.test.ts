import t from 'tap';
import { ntfyChannel } from '../../../../server/platform/notify/ntfy.ts';
import { deadUrl, startHttpReceiver } from '../../../support/http-receiver.ts';
import { conforms, sampleMessage } from './conformance.ts';

const token = 'tk_secret_of_ntfy';
const outside = { allowPrivate: true, mailName: null, now: () => 0 };
const answer = { body: '{"id":"Xk3","time":1,"event":"message","topic":"alerts"}' };
const signal = () => AbortSignal.timeout(120_000);

conforms({
  name: 'ntfy',
  secret: token,
  async start(t, behaviour) {
    const receiver = await startHttpReceiver(t, { behaviour, answer });
    return {
      channel: ntfyChannel({ server: receiver.url, topic: 'alerts' }, token, outside),
      received() {
        return receiver.received.map(({ body }) => {
          const { title, message } = JSON.parse(body);
          return { title, text: message, idempotencyKey: null };
        });
      },
    };
  },
  absent: async () => ntfyChannel({ server: await deadUrl(), topic: 'alerts' }, token, outside),
});

t.test('a message of ntfy', async (t) => {
  const { url, received } = await startHttpReceiver(t, { answer });
  const channel = ntfyChannel({ server: url, topic: 'alerts' }, token, outside);
  t.equal(await channel.deliver(sampleMessage(), signal()), 'accepted as Xk3');
  t.match(received[0], { path: '/', headers: { authorization: `Bearer ${token}` } });
  t.match(JSON.parse(received[0]!.body), {
    topic: 'alerts',
    title: 'High: srv-1: the disk is full',
    priority: 4,
    tags: ['rotating_light'],
    click: 'https://vigia.example.com/incidents/1',
  });
  for (const [changes, priority, tag] of [
    [{ priority: 'emergency' }, 5, 'rotating_light'],
    [{ priority: 'medium' }, 3, 'warning'],
    [{ kind: 'incident.resolved', priority: 'emergency' }, 2, 'white_check_mark'],
    [{ kind: 'incident.clock_breach' }, 4, 'alarm_clock'],
    [{ kind: 'digest', priority: 'normal' }, 2, 'information_source'],
    [{ kind: 'test', priority: null }, 3, 'information_source'],
  ] as const) {
    await channel.deliver(sampleMessage(changes), signal());
    t.match(JSON.parse(received.at(-1)!.body), { priority, tags: [tag] }, JSON.stringify(changes));
  }
});

t.test('an answer that is none of ntfy is a fault: a proxy may have taken the message', async (t) => {
  const { url } = await startHttpReceiver(t, { answer: { body: '<html>Login</html>' } });
  await t.rejects(ntfyChannel({ server: url, topic: 'alerts' }, null, outside).deliver(sampleMessage(), signal()), {
    message: 'The answer is not one of ntfy: <html>Login</html>',
  });
});
