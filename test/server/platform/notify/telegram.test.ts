import t from 'tap';
import { telegramChannel } from '../../../../server/platform/notify/telegram.ts';
import { deadUrl, startHttpReceiver } from '../../../support/http-receiver.ts';
import { conforms, sampleMessage } from './conformance.ts';

const token = '123456:AAsecret-of_the_bot';
const outside = { allowPrivate: true, mailName: null, now: () => 0 };
const answer = { body: '{"ok":true,"result":{"message_id":77}}' };
const signal = () => AbortSignal.timeout(120_000);

conforms({
  name: 'telegram',
  secret: token,
  async start(t, behaviour) {
    const receiver = await startHttpReceiver(t, { behaviour, answer });
    return {
      channel: telegramChannel({ chatId: '-100', apiUrl: receiver.url }, token, outside),
      received() {
        return receiver.received.map(({ body }) => {
          const [title, ...rest] = JSON.parse(body).text.split('\n\n');
          return { title, text: rest.join('\n\n'), idempotencyKey: null };
        });
      },
    };
  },
  absent: async () => telegramChannel({ chatId: '-100', apiUrl: await deadUrl() }, token, outside),
});

t.test('a message of a bot, without markup', async (t) => {
  const { url, received } = await startHttpReceiver(t, { answer });
  const channel = telegramChannel({ chatId: '@ops', apiUrl: `${url}/` }, token, outside);
  t.equal(await channel.deliver(sampleMessage(), signal()), 'sent as message 77');
  t.equal(received[0]?.path, `/bot${token}/sendMessage`);
  const body = JSON.parse(received[0]!.body);
  t.match(body, { chat_id: '@ops', link_preview_options: { is_disabled: true } });
  t.notOk('parse_mode' in body);
});

t.test('what Telegram refuses is told, and how long it wants to be left alone', async (t) => {
  for (const [answer, wanted] of [
    [
      {
        status: 429,
        body: '{"ok":false,"description":"Too Many Requests: retry after 7","parameters":{"retry_after":7}}',
      },
      { message: 'Telegram answered 429: Too Many Requests: retry after 7', retryAfterMs: 7_000 },
    ],
    [
      { status: 400, body: '{"ok":false,"description":"Bad Request: chat not found"}' },
      { message: 'Telegram answered 400: Bad Request: chat not found', retryAfterMs: null },
    ],
    [{ status: 502, body: 'Bad Gateway' }, { message: 'The receiver answered 502: Bad Gateway' }],
    [{ status: 200, body: '[1]' }, { message: 'The answer is not one of the Bot API: [1]' }],
    [{ status: 404, body: `no bot${token}` }, { message: 'The receiver answered 404: no bot***' }],
  ] as const) {
    const { url } = await startHttpReceiver(t, { answer });
    const channel = telegramChannel({ chatId: '1', apiUrl: url }, token, outside);
    await t.rejects(channel.deliver(sampleMessage(), signal()), wanted);
  }
});

t.test('without a token it says what to enter', async (t) => {
  const channel = telegramChannel({ chatId: '1' }, null, outside);
  await t.rejects(channel.deliver(sampleMessage(), signal()), /BotFather/);
});
