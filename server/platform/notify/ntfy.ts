import type { Priority } from '../../../protocol/api/view.ts';
import { said } from '../../../protocol/said/said.ts';
import { postJson } from '../outbound/post-json.ts';
import { type Channel, DeliveryError, guarded, type Outside } from './channel.ts';
import type { Message } from './message.ts';
import { parseObject } from './parse-object.ts';
import { fittedText } from './plain-text.ts';
import { refusal } from './webhook.ts';

export interface NtfyTarget {
  readonly server: string;
  readonly topic: string;
}

/** Beyond this a server of ntfy turns a message into a file. */
const MAX_MESSAGE_BYTES = 4_000;

/** From 5, which breaks through "do not disturb", to 2, which makes no sound. */
const levels: Readonly<Record<Priority, number>> = { emergency: 5, high: 4, medium: 3, normal: 2 };
const DEFAULT_LEVEL = 3;

/** A push message to everybody who follows a topic, through ntfy.sh or an own server of it. */
export function ntfyChannel({ server, topic }: NtfyTarget, token: string | null, outside: Outside): Channel {
  const channel: Channel = {
    name: 'ntfy',
    async deliver(message, signal) {
      const answer = await postJson({
        url: new URL(server),
        body: JSON.stringify({
          topic,
          title: message.title,
          message: fittedText(message, { size: Buffer.byteLength, max: MAX_MESSAGE_BYTES }),
          priority: levelOf(message),
          tags: [tagOf(message)],
          ...(message.link && { click: message.link }),
        }),
        signal,
        allowPrivate: outside.allowPrivate,
        ...(token && { headers: { authorization: `Bearer ${token}` } }),
      });
      if (answer.status !== 200) throw refusal(answer);
      const { id } = parseObject(answer.text);
      if (typeof id !== 'string') throw new DeliveryError(said('delivery.misread', { as: 'ntfy', text: answer.text }));
      return `accepted as ${id}`;
    },
  };
  return guarded(channel, [token]);
}

function levelOf({ kind, priority }: Message): number {
  // Good news need not wake anybody.
  if (kind === 'incident.resolved' || kind === 'digest') return levels.normal;
  return priority ? levels[priority] : DEFAULT_LEVEL;
}

function tagOf({ kind, priority }: Message): string {
  if (kind === 'incident.resolved') return 'white_check_mark';
  if (kind.startsWith('incident.clock_') || kind.startsWith('incident.rto_')) return 'alarm_clock';
  if (!kind.startsWith('incident.')) return 'information_source';
  return priority === 'emergency' || priority === 'high' ? 'rotating_light' : 'warning';
}
