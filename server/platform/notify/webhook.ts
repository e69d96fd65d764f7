import { createHmac } from 'node:crypto';
import { said } from '../../../protocol/said/said.ts';
import { postJson } from '../outbound/post-json.ts';
import { type Channel, DeliveryError, guarded, type Outside } from './channel.ts';
import { listed, type Message } from './message.ts';

export interface WebhookTarget {
  readonly url: string;
}

/** A POST of JSON, signed so that the receiver knows who sent it and when. Any 2xx is taken as received. */
export function webhookChannel({ url }: WebhookTarget, secret: string | null, outside: Outside): Channel {
  const channel: Channel = {
    name: 'webhook',
    async deliver(message, signal) {
      const body = JSON.stringify(webhookBody(message));
      const answer = await postJson({
        url: new URL(url),
        body,
        signal,
        allowPrivate: outside.allowPrivate,
        headers: {
          'idempotency-key': message.idempotencyKey,
          ...(secret && { 'vigia-signature': signature(secret, Math.floor(outside.now() / 1_000), body) }),
        },
      });
      if (answer.status >= 200 && answer.status < 300) return `${answer.status} ${answer.text}`;
      throw refusal(answer);
    },
  };
  return guarded(channel, [secret]);
}

/** `t=<seconds>,v1=<hex HMAC-SHA256 of "t.body">`: the time is signed too, so that an old message cannot be sent again. */
export function signature(secret: string, atSeconds: number, body: string): string {
  return `t=${atSeconds},v1=${createHmac('sha256', secret).update(`${atSeconds}.${body}`).digest('hex')}`;
}

/** What an answer that is no success means. */
export function refusal(answer: { status: number; text: string; retryAfterMs: number | null }): DeliveryError {
  const { status, text, retryAfterMs } = answer;
  if (status >= 300 && status < 400) {
    return new DeliveryError(said('delivery.redirected', { status }));
  }
  return new DeliveryError(said('delivery.answered', { by: 'receiver', status, text }), retryAfterMs);
}

function webhookBody(message: Message) {
  const { idempotencyKey, kind, priority, at, title, sentence, facts, link, payload } = message;
  return {
    id: idempotencyKey,
    kind,
    priority,
    at: new Date(at).toISOString(),
    title,
    sentence,
    facts: Object.fromEntries(facts.map(({ label, value }) => [label, value])),
    lines: listed(message),
    link,
    data: payload,
  };
}
