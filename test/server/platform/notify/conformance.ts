import t, { type Test } from 'tap';
import { type Channel, DeliveryError } from '../../../../server/platform/notify/channel.ts';
import type { Message } from '../../../../server/platform/notify/message.ts';

/** A real receiver of a medium, on a socket of this machine. */
export interface TestReceiver {
  readonly channel: Channel;
  /** What arrived, as its reader sees it. */
  received(): readonly Received[];
}

export interface Received {
  readonly title: string;
  readonly text: string;
  /** Null where the medium has no place for it. */
  readonly idempotencyKey: string | null;
}

/** How a receiver may misbehave. */
export type Behaviour = 'accepts' | 'refuses' | 'garbage' | 'hangs' | 'hangs_up' | 'untrusted_tls' | 'talks_on';

export interface Medium {
  readonly name: string;
  readonly secret: string;
  /** Starts a receiver that is stopped after the test. */
  start(t: Test, behaviour: Behaviour): Promise<TestReceiver>;
  /** A channel to where nobody listens. */
  absent(): Promise<Channel>;
  /** What a reader of this medium sees of this text. */
  readonly shows?: (text: string) => string;
}

const hostile = [
  '<script>alert(1)</script> <img src=x onerror=alert(1)>',
  '*bold* _it_ `code` [link](javascript:alert(1)) @everyone <!channel>',
  '"quotes" \'and\' \\backslash\\ {json: "x"} $env %0d%0a',
  'ünïcode 💾 日本語 عربى',
  '.',
  '..leading dots',
];

export function sampleMessage(changes: Partial<Message> = {}): Message {
  return {
    idempotencyKey: 'incident-1/0/raised:receiver-1',
    kind: 'incident.raised',
    priority: 'high',
    at: 1_800_000_000_000,
    title: 'High: srv-1: the disk is full',
    sentence: '/data has 1 GB left',
    facts: [{ label: 'Client', value: 'Acme' }],
    lines: ['acknowledged by Ann'],
    more: 0,
    link: 'https://vigia.example.com/incidents/1',
    thread: 'incident-1',
    payload: { incidentId: 'incident-1' },
    ...changes,
  };
}

/** Every channel passes these, against receivers that answer on real sockets. */
export function conforms(medium: Medium): void {
  const { name, secret, shows = (text) => text } = medium;
  const patient = () => AbortSignal.timeout(120_000);

  t.test(`${name}: delivers exactly what it is given, hostile text too`, async (t) => {
    const { channel, received } = await medium.start(t, 'accepts');
    t.equal(channel.name, name);
    const message = sampleMessage();
    const answer = await channel.deliver(message, patient());
    t.match(answer, /\w/, 'says what the receiver answered');
    t.equal(received().length, 1);
    t.equal(received()[0]?.title, shows(message.title));
    for (const text of [message.sentence, 'Acme', 'acknowledged by Ann', message.link!]) {
      t.ok(received()[0]?.text.includes(text), `${text} is in it`);
    }
    for (const text of hostile) {
      await channel.deliver(sampleMessage({ title: text, sentence: text, lines: [text] }), patient());
      t.equal(received().at(-1)?.title, shows(text));
      t.ok(received().at(-1)?.text.startsWith(text), `${text} stays text`);
    }
  });

  t.test(`${name}: a long list names what fits, how many more there are, and its link whole`, async (t) => {
    const { channel, received } = await medium.start(t, 'accepts');
    const entries = 134;
    const link = `https://vigia.example.com/incidents?${'x'.repeat(200)}`;
    for (const filler of ['', '💾'.repeat(100), 'é'.repeat(3_000)]) {
      const lines = Array.from({ length: 100 }, (_, n) => `entry ${n} ${filler}`);
      await channel.deliver(sampleMessage({ lines, more: entries - lines.length, link }), patient());
      const text = received().at(-1)?.text ?? '';
      t.match(text, /^\/data has 1 GB left/);
      t.notMatch(text, '\ufffd');
      t.ok(text.trimEnd().endsWith(link), 'the link is whole');
      const named = text.match(/^(?:- )?entry \d+/gm)?.length ?? 0;
      t.ok(named >= 3, `${named} are named`);
      t.match(text, new RegExp(`^(?:- )?and ${entries - named} more$`, 'm'), 'the others are counted');
    }
  });

  t.test(`${name}: a repeat has the key of the first, another message another`, async (t) => {
    const { channel, received } = await medium.start(t, 'accepts');
    for (const key of ['a:r', 'a:r', 'b:r']) await channel.deliver(sampleMessage({ idempotencyKey: key }), patient());
    const keys = received().map(({ idempotencyKey }) => idempotencyKey);
    t.equal(keys[0], keys[1]);
    if (keys[0] !== null) t.not(keys[0], keys[2]);
    t.equal(keys.length, 3);
  });

  for (const [behaviour, wanted] of [
    ['refuses', /answered.*(unwanted|500|550)/],
    ['garbage', /\w/],
    ['hangs_up', /\w/],
    ['untrusted_tls', /certificate|self-signed|self signed/i],
  ] as const) {
    t.test(`${name}: says so when a receiver ${behaviour}`, async (t) => {
      const { channel, received } = await medium.start(t, behaviour);
      const error = await channel.deliver(sampleMessage(), patient()).then(
        () => null,
        (cause: unknown) => cause,
      );
      t.ok(error instanceof DeliveryError, String(error));
      const { message } = error as DeliveryError;
      t.match(message, wanted);
      t.ok(message.length <= 300, 'is bounded');
      t.notMatch(message, secret);
      t.notMatch(message, /[\r\n]/);
      t.same(received(), []);
    });
  }

  t.test(`${name}: says so when nobody listens`, async (t) => {
    const error = await (await medium.absent()).deliver(sampleMessage(), patient()).then(
      () => null,
      (cause) => cause,
    );
    t.ok(error instanceof DeliveryError);
    t.match(error.message, /ECONNREFUSED/);
    t.notMatch(error.message, secret);
  });

  for (const behaviour of ['hangs', 'talks_on'] as const) {
    t.test(`${name}: gives up at the signal when a receiver ${behaviour}`, async (t) => {
      const { channel } = await medium.start(t, behaviour);
      const reason = new Error('time is up');
      const controller = new AbortController();
      const delivery = channel.deliver(sampleMessage(), controller.signal);
      const ended = delivery.then(
        (answer) => ({ answer }),
        (cause: unknown) => ({ cause }),
      );
      setTimeout(() => controller.abort(reason), 200);
      const outcome = await ended;
      // Who talks on for ever may have been understood before that.
      if ('answer' in outcome) t.ok(outcome.answer.length <= 300);
      else t.ok(outcome.cause === reason || outcome.cause instanceof DeliveryError);
      if (behaviour === 'hangs') t.match(outcome, { cause: reason });
      await t.rejects(channel.deliver(sampleMessage(), AbortSignal.abort(reason)), reason);
    });
  }
}
