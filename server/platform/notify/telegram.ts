import { said } from '../../../protocol/said/said.ts';
import { postJson } from '../outbound/post-json.ts';
import { type Channel, DeliveryError, guarded, type Outside } from './channel.ts';
import type { Message } from './message.ts';
import { parseObject } from './parse-object.ts';
import { fittedText } from './plain-text.ts';
import { refusal } from './webhook.ts';

export interface TelegramTarget {
  readonly chatId: string;
  readonly apiUrl?: string;
}

export const TELEGRAM_API = 'https://api.telegram.org';
/** In UTF-16 units. */
const MAX_LENGTH = 4_000;

/** A message of a bot to a chat. It goes without markup, so that nothing in it can become any. */
export function telegramChannel(target: TelegramTarget, botToken: string | null, outside: Outside): Channel {
  const channel: Channel = {
    name: 'telegram',
    async deliver(message, signal) {
      if (!botToken) throw new DeliveryError(said('delivery.no-secret', { secret: 'bot_token' }));
      const base = (target.apiUrl ?? TELEGRAM_API).replace(/\/+$/, '');
      const answer = await postJson({
        url: new URL(`${base}/bot${botToken}/sendMessage`),
        body: JSON.stringify({
          chat_id: target.chatId,
          text: textOf(message),
          link_preview_options: { is_disabled: true },
        }),
        signal,
        allowPrivate: outside.allowPrivate,
      });
      const { ok, description, result, parameters } = parseObject(answer.text);
      const sent = result as { message_id?: unknown } | undefined;
      if (ok === true && typeof sent?.message_id === 'number') return `sent as message ${sent.message_id}`;
      if (ok !== false) throw refusalOrGarbage(answer);
      const wait = (parameters as { retry_after?: unknown } | undefined)?.retry_after;
      const retryAfterMs = typeof wait === 'number' && wait > 0 ? wait * 1_000 : answer.retryAfterMs;
      const refused = { by: 'telegram', status: answer.status, text: String(description) } as const;
      throw new DeliveryError(said('delivery.answered', refused), retryAfterMs);
    },
  };
  return guarded(channel, [botToken]);
}

function textOf(message: Message): string {
  const title = `${message.title}\n\n`;
  return `${title}${fittedText(message, { size: (text) => text.length, max: MAX_LENGTH - title.length })}`;
}

function refusalOrGarbage(answer: Parameters<typeof refusal>[0]): DeliveryError {
  if (answer.status !== 200) return refusal(answer);
  return new DeliveryError(said('delivery.misread', { as: 'telegram', text: answer.text }));
}
